//! What is asked, out of JSON. What has another form than it should counts as absent: a page and an editor of another version
//! are still answered.

use serde_json::{Value, json};
use unik_eval::KeyValues;
use unik_ide::GraphQuery;

/// The members of `unik/graph` besides the document. `usual` is the configuration where none is said.
pub fn query(params: &Value, usual: &KeyValues) -> GraphQuery {
    let given = |member: &str| params.get(member).filter(|value| value.is_object()).map(configuration);
    let collapsed = params.get("collapsed").and_then(Value::as_array).into_iter().flatten();
    GraphQuery {
        unikernel: params.get("unikernel").and_then(Value::as_str).map(str::to_owned),
        values: given("configuration").unwrap_or_else(|| usual.clone()),
        against: given("against"),
        collapsed: collapsed.filter_map(|scope| Some(scope.as_str()?.to_owned())).collect(),
        evaluated: params.get("evaluated").and_then(Value::as_bool).unwrap_or_default(),
    }
}

/// A configuration: a target, and values of keys by their options. Numbers and truth values may stand without quotes.
pub fn configuration(value: &Value) -> KeyValues {
    let target = value.get("target").and_then(Value::as_str).map(Into::into);
    let keys = value.get("keys").and_then(Value::as_object).into_iter().flatten();
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    keys.fold(KeyValues { target, ..KeyValues::default() }, |values, (option, value)| match text(value) {
        Some(text) => values.with(option, &text),
        None => values,
    })
}

/// The same as JSON.
pub fn configuration_value(values: &KeyValues) -> Value {
    let keys = values.given.iter().map(|given| (given.option.to_string(), Value::from(given.text.as_str())));
    json!({
        "target": values.target.as_deref(),
        "keys": keys.collect::<serde_json::Map<String, Value>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configurations_come_back_as_they_were() {
        let check = |text: &str, expected: &str| {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(configuration_value(&configuration(&value)).to_string(), expected, "{text}");
        };
        check(r#"{"target":"virtio","keys":{"port":"80"}}"#, r#"{"keys":{"port":"80"},"target":"virtio"}"#);
        check(r#"{"keys":{"port":80,"tls":true}}"#, r#"{"keys":{"port":"80","tls":"true"},"target":null}"#);
        check(r#"{"target":1,"keys":{"port":[80]}}"#, r#"{"keys":{},"target":null}"#);
        check("[]", r#"{"keys":{},"target":null}"#);
    }

    #[test]
    fn what_has_another_form_is_absent() {
        let check = |text: &str, expected: GraphQuery| {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(query(&value, &KeyValues::default().with("port", "1")), expected, "{text}");
        };
        let usual = KeyValues::default().with("port", "1");
        check("null", GraphQuery { values: usual.clone(), ..GraphQuery::default() });
        check(
            r#"{"unikernel":"a","collapsed":["x/y",1],"evaluated":"yes","configuration":7,"against":{}}"#,
            GraphQuery {
                unikernel: Some("a".to_owned()),
                values: usual,
                against: Some(KeyValues::default()),
                collapsed: vec!["x/y".to_owned()],
                evaluated: false,
            },
        );
    }
}
