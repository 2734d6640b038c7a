//! Dates as HTTP writes them (RFC 9110 §5.6.7), and back.
//!
//! Times are seconds since 1970-01-01T00:00:00Z. Written is only the preferred form; read are all three. Who asks a clock,
//! and how often, is decided by `shared`.

/// The length of every date that is written: `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(crate) const LENGTH: usize = 29;

const DAYS: [&[u8; 3]; 7] = [b"Thu", b"Fri", b"Sat", b"Sun", b"Mon", b"Tue", b"Wed"];
const MONTHS: [&[u8; 3]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

/// The last second of the year 9999, after which four digits do not suffice.
const END: u64 = 253_402_300_799;

/// The IMF-fixdate of a time.
pub(crate) fn format(seconds: u64) -> [u8; LENGTH] {
    let seconds = seconds.min(END);
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    let mut out = *b"Thu, 01 Jan 1970 00:00:00 GMT";
    out[..3].copy_from_slice(DAYS[(days % 7) as usize]);
    digits(&mut out[5..7], day);
    out[8..11].copy_from_slice(MONTHS[(month - 1) as usize]);
    digits(&mut out[12..16], year);
    digits(&mut out[17..19], second / 3600);
    digits(&mut out[20..22], second / 60 % 60);
    digits(&mut out[23..25], second % 60);
    out
}

/// The time that a date names: IMF-fixdate, RFC 850 or asctime. `now` decides the century of a two-digit year: not more
/// than fifty years ahead.
pub(crate) fn parse(text: &[u8], now: u64) -> Option<u64> {
    match text.iter().position(|byte| *byte == b',') {
        Some(3) => fixdate(text),
        Some(comma) => rfc850(text.get(comma..)?, now),
        None => asctime(text),
    }
}

fn fixdate(text: &[u8]) -> Option<u64> {
    let text: &[u8; LENGTH] = text.try_into().ok()?;
    let shape = text[3..5] == *b", "
        && text[7] == b' '
        && text[11] == b' '
        && text[16] == b' '
        && text[25..] == *b" GMT";
    DAYS.iter().any(|day| text[..3] == **day).then_some(())?;
    shape.then_some(())?;
    time(number(&text[12..16])?, month(&text[8..11])?, number(&text[5..7])?, &text[17..25])
}

/// From the comma on: `, 06-Nov-94 08:49:37 GMT`.
fn rfc850(text: &[u8], now: u64) -> Option<u64> {
    let text: &[u8; 24] = text.try_into().ok()?;
    let shape = text[..2] == *b", "
        && text[4] == b'-'
        && text[8] == b'-'
        && text[11] == b' '
        && text[20..] == *b" GMT";
    shape.then_some(())?;
    let this = civil(now.min(END) / 86_400).0;
    let mut year = this - this % 100 + number(&text[9..11])?;
    if year > this + 50 {
        year -= 100;
    }
    time(year, month(&text[5..8])?, number(&text[2..4])?, &text[12..20])
}

/// `Sun Nov  6 08:49:37 1994`.
fn asctime(text: &[u8]) -> Option<u64> {
    let text: &[u8; 24] = text.try_into().ok()?;
    let shape = text[3] == b' ' && text[7] == b' ' && text[10] == b' ' && text[19] == b' ';
    shape.then_some(())?;
    let day = if text[8] == b' ' { &text[9..10] } else { &text[8..10] };
    time(number(&text[20..24])?, month(&text[4..7])?, number(day)?, &text[11..19])
}

fn time(year: u64, month: u64, day: u64, clock: &[u8]) -> Option<u64> {
    let (hour, minute, second) = (number(&clock[..2])?, number(&clock[3..5])?, number(&clock[6..8])?);
    let valid = clock[2] == b':' && clock[5] == b':' && hour < 24 && minute < 60 && second <= 60;
    let valid = valid && year >= 1970 && (1..=31).contains(&day);
    valid.then_some(())?;
    let days = days(year, month, day);
    // A day that the month lacks would come back as one of the next.
    (civil(days) == (year, month, day)).then_some(days * 86_400 + hour * 3600 + minute * 60 + second)
}

fn month(name: &[u8]) -> Option<u64> {
    MONTHS.iter().position(|month| name == **month).map(|index| index as u64 + 1)
}

fn number(text: &[u8]) -> Option<u64> {
    text.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u64::from(byte - b'0')))
}

fn digits(out: &mut [u8], mut number: u64) {
    for place in out.iter_mut().rev() {
        *place = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Days since 1970-01-01 as year, month, day. Years are counted from March, so that the leap day comes last and a month's
/// first day is a linear function of its number: 306 days from March to the end of the year, five months in 153 days.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468; // since 0000-03-01
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + u64::from(month <= 2), month, date)
}

fn days(year: u64, month: u64, day: u64) -> u64 {
    let year = year - u64::from(month <= 2);
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_795_000_000; // in November 2026

    #[track_caller]
    fn check(text: &str, seconds: Option<u64>) {
        assert_eq!(parse(text.as_bytes(), NOW), seconds, "{text}");
    }

    #[test]
    fn all_three_forms_are_read() {
        check("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777));
        check("Sunday, 06-Nov-94 08:49:37 GMT", Some(784_111_777));
        check("Sun Nov  6 08:49:37 1994", Some(784_111_777));
        check("Thu, 01 Jan 1970 00:00:00 GMT", Some(0));
        check("Thu, 29 Feb 2024 23:59:59 GMT", Some(1_709_251_199));
        check("Sun Nov 16 08:49:37 1994", Some(784_975_777));
    }

    #[test]
    fn a_year_of_two_digits_is_near() {
        check("Monday, 01-Jan-76 00:00:00 GMT", Some(3_345_062_400));
        check("Saturday, 01-Jan-77 00:00:00 GMT", Some(220_924_800));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            ",",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Son, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Thu, 30 Feb 2023 00:00:00 GMT",
            "Wed, 29 Feb 2023 00:00:00 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1894 08:49:37 GMT",
            "Sun, 06 Nov 1994 08-49-37 GMT",
            "Sunday, 06 Nov 94 08:49:37 GMT",
            "784111777",
            "Sun Nov  x 08:49:37 1994",
            "\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}\u{fc}",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn written_is_what_is_read() {
        let mut seconds = 0;
        while seconds < END {
            let text = format(seconds);
            assert_eq!(parse(&text, NOW), Some(seconds), "{:?}", core::str::from_utf8(&text));
            seconds += 86_399 * 17;
        }
        assert_eq!(&format(784_111_777), b"Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(format(END), format(u64::MAX));
    }
}
