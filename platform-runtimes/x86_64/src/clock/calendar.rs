//! The real time clock of the PC: a calendar in UTC, in binary or decimal digits (MC146818 data sheet).

use crate::cpu;
use crate::port::Ports;

const CMOS: Ports = Ports::new(0x70, 2);

const STATUS_A: u8 = 0x0a;
const STATUS_B: u8 = 0x0b;
/// Where PCs keep the century, as ACPI says on all known machines.
const CENTURY: u8 = 0x32;
/// Set while the clock is being advanced.
const UPDATING: u8 = 1 << 7;
const BINARY: u8 = 1 << 2;
const HOURS_24: u8 = 1 << 1;
/// An update takes 2 ms at most; each look is more than 0.1 µs.
const PATIENCE: u32 = 100_000;

/// The registers, as they are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Raw {
    second: u8,
    minute: u8,
    hour: u8,
    day: u8,
    month: u8,
    year: u8,
    century: u8,
    status: u8,
}

/// Seconds since 1970, if there is a clock and it makes sense.
pub(super) fn read() -> Option<i64> {
    let mut last = registers()?;
    for _ in 0..10 {
        let next = registers()?;
        // Two equal readings: nothing has changed between the first and the last register.
        if next == last {
            return seconds(next);
        }
        last = next;
    }
    None
}

fn register(index: u8) -> u8 {
    // The top bit would switch non-maskable interrupts.
    CMOS.write8(0, index);
    CMOS.read8(1)
}

fn registers() -> Option<Raw> {
    let mut looks = 0;
    while register(STATUS_A) & UPDATING != 0 {
        looks += 1;
        // A machine without a clock reads as all ones.
        if looks == PATIENCE || looks == 4 && register(STATUS_B) == 0xff {
            return None;
        }
        cpu::relax();
    }
    Some(Raw {
        second: register(0),
        minute: register(2),
        hour: register(4),
        day: register(7),
        month: register(8),
        year: register(9),
        century: register(CENTURY),
        status: register(STATUS_B),
    })
}

/// The calendar's time as seconds since 1970; nothing if a part of it is out of range.
fn seconds(raw: Raw) -> Option<i64> {
    let number = |value: u8| {
        if raw.status & BINARY != 0 {
            return Some(i64::from(value));
        }
        (value & 0xf < 10 && value >> 4 < 10).then(|| i64::from(value >> 4) * 10 + i64::from(value & 0xf))
    };
    let mut hour = number(raw.hour & 0x7f)?;
    if raw.status & HOURS_24 == 0 {
        // 12 is the first hour of a half, and the top bit says which half.
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + if raw.hour & 0x80 != 0 { 12 } else { 0 };
    } else {
        hour = number(raw.hour)?;
    }
    let year = number(raw.year)?;
    // Where there is no century, years are those from 1970 to 2069.
    let century = number(raw.century).filter(|century| (19..=29).contains(century));
    let year = year + 100 * century.unwrap_or(if year < 70 { 20 } else { 19 });
    let (second, minute) = (number(raw.second)?, number(raw.minute)?);
    let (day, month) = (number(raw.day)?, number(raw.month)?);
    // 60 is a leap second.
    if second > 60 || minute > 59 || hour > 23 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    Some(days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// Days from 1970-01-01 to a day of the Gregorian calendar. Years are counted from March on, so that a leap day is
/// the last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month < 3 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let leap = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 153 days in every five months from March on.
    365 * year + leap + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-26 13:45:59, in decimal digits and 24 hours.
    const NOW: Raw = Raw {
        second: 0x59,
        minute: 0x45,
        hour: 0x13,
        day: 0x26,
        month: 0x11,
        year: 0x26,
        century: 0x20,
        status: 2,
    };

    #[test]
    fn the_calendar_is_read_in_every_notation() {
        let binary =
            Raw { second: 59, minute: 45, hour: 13, day: 26, month: 11, year: 26, century: 20, status: 6 };
        for raw in [
            NOW,
            binary,
            Raw { hour: 0x81, status: 0, ..NOW },
            Raw { hour: 0x81, status: 4, ..binary },
            Raw { century: 0, ..NOW },
            Raw { century: 0xff, ..NOW },
            Raw { century: 0x85, ..NOW },
        ] {
            assert_eq!(seconds(raw), Some(1_795_700_759), "{raw:x?}");
        }
    }

    #[test]
    fn twelve_is_the_first_hour_of_a_half() {
        let at = |hour| seconds(Raw { hour, status: 0, ..NOW }).map(|seconds| seconds / 3_600 % 24);
        for (hour, expected) in [
            (0x12, Some(0)),
            (0x01, Some(1)),
            (0x11, Some(11)),
            (0x92, Some(12)),
            (0x91, Some(23)),
            (0, None),
            (0x13, None),
        ] {
            assert_eq!(at(hour), expected, "{hour:x}");
        }
    }

    #[test]
    fn days_are_counted_over_centuries_and_leap_years() {
        for (year, month, day, expected) in [
            (1970, 1, 1, 0),
            (1970, 3, 1, 59),
            (2000, 2, 29, 11_016),
            (2000, 3, 1, 11_017),
            (2026, 11, 26, 20_783),
            (2100, 3, 1, 47_541),
            (1900, 1, 1, -25_567),
        ] {
            assert_eq!(days(year, month, day), expected, "{year}-{month}-{day}");
        }
    }

    #[test]
    fn what_is_no_time_is_nothing() {
        for raw in [
            Raw { month: 0, ..NOW },
            Raw { month: 0x13, ..NOW },
            Raw { day: 0, ..NOW },
            Raw { day: 0x32, ..NOW },
            Raw { second: 0x61, ..NOW },
            Raw { minute: 0x60, ..NOW },
            Raw { hour: 0x24, ..NOW },
            Raw { second: 0x5a, ..NOW },
            Raw {
                second: 0xff,
                minute: 0xff,
                hour: 0xff,
                day: 0xff,
                month: 0xff,
                year: 0xff,
                century: 0xff,
                status: 0xff,
            },
        ] {
            assert_eq!(seconds(raw), None, "{raw:x?}");
        }
    }
}
