//! The operator's side of a policy: whether grants let a request through and,
//! where they don't, the line that would.

use http::Method;
use url::Url;

use super::{Granted, Policy};
use crate::egress::{
    address::{AddressRule, instance_credentials},
    origin::{Origin, Scheme},
    refusal::{Refusal, Rule, TO_ALLOW},
};

impl Policy {
    /// The addresses that the grants of this allow, all of them together. Of the
    /// grants, those of which `counts` says so.
    pub(super) fn check_granted(
        &self,
        origin: &Origin,
        method: &Method,
        url: &Url,
        counts: impl Fn(&Granted) -> bool,
    ) -> Result<AddressRule, Refusal> {
        let mut addresses: Option<AddressRule> = None;
        let mut near: Option<(Rule, &Granted)> = None;
        for grant in self.granted.iter().filter(|grant| grant.origin.matches(origin) && counts(grant)) {
            let broken = if grant.methods.is_some_and(|methods| !methods.contains(method)) {
                Some(Rule::Method)
            } else if grant.path.as_ref().is_some_and(|path| !path.covers(url)) {
                Some(Rule::Path)
            } else {
                None
            };
            match broken {
                Some(rule) => near = Some((rule, grant)),
                None => {
                    let rule = addresses.get_or_insert_default();
                    rule.allow(&grant.addresses);
                    if grant.origin.exact().is_some() {
                        rule.allow_named(origin);
                    }
                }
            }
        }
        addresses.ok_or_else(|| self.not_granted(origin, method, url, near))
    }

    fn not_granted(
        &self,
        origin: &Origin,
        method: &Method,
        url: &Url,
        near: Option<(Rule, &Granted)>,
    ) -> Refusal {
        // A virtual machine's service can be granted for its credentials only.
        let tokens = instance_credentials(origin).is_some();
        let fresh = || Granted { tokens, ..Granted::origin(origin.clone().into()) };
        let (rule, what, grant) = match near {
            Some((Rule::Method, grant)) => {
                let methods = grant.methods.map(|methods| methods.with(method).unwrap_or(methods));
                (
                    Rule::Method,
                    format!("{method} on {origin} is not granted"),
                    Granted { methods, ..grant.clone() },
                )
            }
            Some((Rule::Path, grant)) => {
                let what = format!("path {} on {origin} is not granted", url.path());
                (Rule::Path, what, Granted { path: None, ..grant.clone() })
            }
            _ if origin.scheme() == Scheme::Http => {
                let what = format!("plain http to {origin} is not granted by that exact name");
                (Rule::PlainHttp, what, fresh())
            }
            _ => (Rule::Granted, format!("{origin} is not granted"), fresh()),
        };
        let allow_with = self.line_with(grant, near.map(|(_, grant)| grant));
        Refusal { rule, what, allow_with }
    }

    /// The `grant.origins` line that grants this as well, or in place of
    /// another.
    pub(super) fn line_with(&self, grant: Granted, instead_of: Option<&Granted>) -> String {
        let kept = self.granted.iter().filter(|own| Some(*own) != instead_of);
        let list: Vec<String> = kept.chain([&grant]).map(ToString::to_string).collect();
        format!(
            "{TO_ALLOW}write `grant.origins = [{}]` under `[providers.{}]` in jackfield.toml",
            list.join(", "),
            self.provider
        )
    }
}
