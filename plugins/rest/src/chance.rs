//! Chance that is the same every time: for tests that try what nobody would
//! think of.

use serde_json::{Map, Number, Value};

/// Numbers from a seed (splitmix64).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub(crate) fn of<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }

    /// A JSON value whose texts are often among these.
    pub(crate) fn json(&mut self, words: &[&str], depth: usize) -> Value {
        let kind = self.below(if depth == 0 { 5 } else { 8 });
        match kind {
            0 => Value::Null,
            1 => Value::Bool(self.next() & 1 == 0),
            2 => Number::from_f64(self.next() as f64 / 1e10 - 5e8).map_or(Value::Null, Value::Number),
            3 => Value::from(self.next() as i64),
            4 => Value::from(self.of(words)),
            5 => (0..self.below(4)).map(|_| self.json(words, depth - 1)).collect(),
            _ => {
                let members =
                    (0..self.below(5)).map(|_| (self.of(words).to_owned(), self.json(words, depth - 1)));
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }

    /// Replaces, removes or adds something somewhere in a value.
    pub(crate) fn change(&mut self, value: &mut Value, words: &[&str]) {
        let deeper = self.below(4) != 0;
        match value {
            Value::Array(elements) if deeper && !elements.is_empty() => {
                let place = self.below(elements.len());
                self.change(&mut elements[place], words);
            }
            Value::Object(members) if deeper && !members.is_empty() => {
                let place = self.below(members.len());
                let name = members.keys().nth(place).cloned().unwrap_or_default();
                match self.below(6) {
                    0 => drop(members.remove(&name)),
                    1 => drop(members.insert(self.of(words).to_owned(), self.json(words, 2))),
                    _ => {
                        if let Some(member) = members.get_mut(&name) {
                            self.change(member, words);
                        }
                    }
                }
            }
            other => *other = self.json(words, 3),
        }
    }
}
