//! `containsCode`: `{format, not}`; whether a fenced block of Markdown is
//! labelled as code of that language.

use regex::Regex;
use serde_json::json;

use crate::config::read::Object;
use crate::guard::rule::flag;
use crate::guard::{CheckError, Finding, Judge, Rule, Subject};

/// Languages, each with the labels by which Markdown calls it.
const LANGUAGES: &[(&str, &[&str])] = &[
    ("SQL", &["sql", "mysql", "postgresql", "plsql", "sqlite"]),
    ("Python", &["python", "py", "python3", "gyp"]),
    ("TypeScript", &["typescript", "ts", "tsx"]),
    ("JavaScript", &["javascript", "js", "jsx", "mjs"]),
    ("Java", &["java"]),
    ("C#", &["csharp", "cs", "c#"]),
    ("C++", &["cpp", "cxx", "c++", "cc"]),
    ("C", &["c"]),
    ("Ruby", &["ruby", "rb"]),
    ("PHP", &["php"]),
    ("Swift", &["swift"]),
    ("Kotlin", &["kotlin", "kt"]),
    ("Go", &["go", "golang"]),
    ("Rust", &["rust", "rs"]),
    ("Scala", &["scala"]),
    ("R", &["r"]),
    ("Perl", &["perl", "pl"]),
    ("Shell", &["shell", "sh", "bash", "zsh"]),
    ("HTML", &["html"]),
    ("CSS", &["css"]),
    ("XML", &["xml"]),
    ("JSON", &["json"]),
    ("YAML", &["yaml", "yml"]),
    ("Markdown", &["markdown", "md"]),
    ("Dockerfile", &["dockerfile", "docker"]),
];

#[derive(Debug)]
struct Code {
    format: &'static str,
    not: bool,
    block: Regex,
}

pub(in crate::guard) fn read(object: &mut Object<'_>) -> Option<Rule> {
    let not = flag(object, "not");
    let Some(item) = object.take("format") else {
        object.missing("format", "\"Python\"");
        return None;
    };
    let names: Vec<(&'static str, &'static str)> = LANGUAGES.iter().map(|(name, _)| (*name, *name)).collect();
    let format = item.word(&names)?;
    // A block that is begun and not ended runs to the end of the text.
    let block = Regex::new(r"(?m)^[ \t]*```+[ \t]*([\w#+]+)[^\n`]*\n(?s:.*?)(?:\n[ \t]*```|\z)").ok()?;
    Some(Rule::judge(Code { format, not, block }))
}

impl Judge for Code {
    fn judge(&self, subject: &Subject<'_>) -> Result<Finding, CheckError> {
        let text = subject.some_text()?;
        let mut found: Vec<String> = Vec::new();
        for block in self.block.captures_iter(text) {
            let label = block[1].to_lowercase();
            let name = LANGUAGES.iter().find(|(_, labels)| labels.contains(&label.as_str()));
            let name = name.map_or(label, |(name, _)| (*name).to_owned());
            if !found.contains(&name) {
                found.push(name);
            }
        }
        let has = found.iter().any(|name| name == self.format);
        let verdict = has != self.not;
        let explanation = match (found.is_empty(), has) {
            (true, _) => "there is no block of code in the text".to_owned(),
            (false, true) => format!("there is {} code in the text", self.format),
            (false, false) => format!("there is code in the text, none of it {}", self.format),
        };
        let data = json!({
            "verdict": verdict, "not": self.not, "searchedFormat": self.format,
            "foundFormats": found, "explanation": explanation,
        });
        Ok(Finding { verdict, data })
    }
}
