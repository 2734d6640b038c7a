//! Makes the parser of `src/grammar.lalrpop`.

fn main() -> Result<(), Box<dyn core::error::Error>> {
    lalrpop::Configuration::new().use_cargo_dir_conventions().emit_rerun_directives(true).process()?;
    Ok(())
}
