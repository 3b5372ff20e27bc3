//! Limits as they are written down: Portkey's `usage_limits` and `rate_limits`,
//! with the `conditions` and `group_by` of its policies, and a few fields of
//! this gateway's own: `window`, `unpriced`, and more units.
//!
//! ```toml
//! [[usage_limits]]
//! name = "team budget"
//! type = "cost"                       # cost (US dollars), tokens or requests
//! credit_limit = 100.0
//! periodic_reset = "monthly"          # absent: never
//! conditions = [{ key = "metadata.team", value = ["search", "ads"] }]
//! group_by = [{ key = "metadata.team" }]
//!
//! [[rate_limits]]
//! type = "requests"                   # or tokens
//! unit = "rpm"                        # rph, rpd
//! value = 600
//! ```

use std::collections::HashSet;

use serde::Deserialize;
use thiserror::Error;

use super::rule::{Kind, Limit, LimitId, Metric, Unpriced};
use super::window::{Period, Window, moment};
use super::written::{Group, WrittenCondition, conditions, groups};
use crate::price::Money;

/// What is wrong with a limit that reads well.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{limit}`: {problem}")]
pub struct LimitError {
    /// Which limit, by its name or its place.
    pub limit: String,
    /// What is wrong with it and what to write.
    pub problem: String,
}

/// The limits of a key, a workspace or the whole gateway. Fields that aren't
/// known are errors: a limit with a slip in it would be no limit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "Document")]
pub struct LimitRules {
    /// All of them, budgets first.
    pub limits: Vec<Limit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    usage_limits: Vec<UsageLimit>,
    #[serde(default)]
    rate_limits: Vec<RateLimit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UsageLimit {
    name: Option<String>,
    r#type: UsageType,
    credit_limit: f64,
    alert_threshold: Option<f64>,
    periodic_reset: Option<Reset>,
    periodic_reset_days: Option<u16>,
    next_usage_reset_at: Option<String>,
    #[serde(default)]
    window: Shape,
    #[serde(default)]
    unpriced: Pricing,
    #[serde(default)]
    conditions: Vec<WrittenCondition>,
    #[serde(default)]
    group_by: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RateLimit {
    name: Option<String>,
    r#type: RateType,
    unit: Unit,
    value: u64,
    window: Option<Shape>,
    #[serde(default)]
    conditions: Vec<WrittenCondition>,
    #[serde(default)]
    group_by: Vec<Group>,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "snake_case")]
enum UsageType {
    Cost,
    Tokens,
    Requests,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum RateType {
    Requests,
    Tokens,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Reset {
    Minutely,
    Hourly,
    Daily,
    Weekly,
    Monthly,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Unit {
    Rpm,
    Rph,
    Rpd,
}

#[derive(Deserialize, Clone, Copy, Default, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Shape {
    #[default]
    Calendar,
    Rolling,
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
enum Pricing {
    #[default]
    Refuse,
    Allow,
}

impl TryFrom<Document> for LimitRules {
    type Error = LimitError;

    fn try_from(document: Document) -> Result<Self, LimitError> {
        let mut limits = Vec::new();
        for (place, limit) in document.usage_limits.into_iter().enumerate() {
            let name = limit.name.clone().unwrap_or_else(|| format!("usage_limits[{place}]"));
            let read = limit.read(&name);
            limits.push(read.map_err(|problem| LimitError { limit: name, problem })?);
        }
        for (place, limit) in document.rate_limits.into_iter().enumerate() {
            let name = limit.name.clone().unwrap_or_else(|| format!("rate_limits[{place}]"));
            let read = limit.read(&name);
            limits.push(read.map_err(|problem| LimitError { limit: name, problem })?);
        }
        let mut names = HashSet::new();
        if let Some(twice) = limits.iter().find(|limit| !names.insert(limit.id.clone())) {
            let problem = "two limits have this name and would share a counter: rename one".to_owned();
            return Err(LimitError { limit: twice.id.to_string(), problem });
        }
        Ok(Self { limits })
    }
}

impl UsageLimit {
    fn read(self, name: &str) -> Result<Limit, String> {
        let amount = |number: f64, field: &str| match self.r#type {
            UsageType::Cost => Money::from_dollars(number)
                .map(Money::nanos)
                .ok_or_else(|| format!("`{field}` is {number}: write US dollars, 0 or more")),
            UsageType::Tokens | UsageType::Requests => ((0.0..1e18).contains(&number)
                && number.fract() == 0.0)
                .then_some(number as u64)
                .ok_or_else(|| format!("`{field}` is {number}: write a whole number, 0 or more")),
        };
        let allowed = amount(self.credit_limit, "credit_limit")?;
        let alert_at = self.alert_threshold.map(|alert| amount(alert, "alert_threshold")).transpose()?;
        if alert_at.is_some_and(|alert| alert >= allowed) {
            return Err("`alert_threshold` would come too late: write less than `credit_limit`".to_owned());
        }
        Ok(Limit {
            id: LimitId::new(name),
            kind: Kind::Budget,
            metric: match self.r#type {
                UsageType::Cost => Metric::Cost,
                UsageType::Tokens => Metric::Tokens,
                UsageType::Requests => Metric::Requests,
            },
            allowed,
            alert_at,
            window: self.window()?,
            conditions: conditions(self.conditions)?,
            group_by: groups(self.group_by)?,
            unpriced: match self.unpriced {
                Pricing::Refuse => Unpriced::Refuse,
                Pricing::Allow => Unpriced::Allow,
            },
        })
    }

    fn window(&self) -> Result<Window, String> {
        let anchor = self.next_usage_reset_at.as_deref().map(|text| {
            moment(text).ok_or_else(|| {
                format!("`next_usage_reset_at` is `{text}`: write a time, as in `2026-01-31T00:00:00Z`")
            })
        });
        let anchor = anchor.transpose()?;
        let period = self.periodic_reset.map(|reset| match reset {
            Reset::Minutely => Period::Minute,
            Reset::Hourly => Period::Hour,
            Reset::Daily => Period::Day,
            Reset::Weekly => Period::Week,
            Reset::Monthly => Period::Month,
        });
        match (period, self.periodic_reset_days, self.window, anchor) {
            (Some(_), Some(_), ..) => {
                Err("`periodic_reset` and `periodic_reset_days` exclude each other: keep one".to_owned())
            }
            (_, Some(0 | 366..), ..) => Err("`periodic_reset_days` goes from 1 to 365".to_owned()),
            (_, None, _, Some(_)) | (_, _, Shape::Rolling, Some(_)) => Err(
                "`next_usage_reset_at` says when windows of `periodic_reset_days` begin: leave it out here"
                    .to_owned(),
            ),
            (Some(period), None, Shape::Calendar, None) => Ok(Window::Calendar(period)),
            (Some(period), None, Shape::Rolling, None) => Ok(Window::Rolling(period.length())),
            (None, Some(days), Shape::Calendar, anchor) => {
                Ok(Window::Every { days, anchor: anchor.unwrap_or(0) })
            }
            (None, Some(days), Shape::Rolling, None) => {
                Ok(Window::Rolling(Period::Day.length() * u32::from(days)))
            }
            (None, None, Shape::Calendar, None) => Ok(Window::Lifetime),
            (None, None, Shape::Rolling, None) => {
                Err("a rolling window needs its length: write `periodic_reset` or `periodic_reset_days`"
                    .to_owned())
            }
        }
    }
}

impl RateLimit {
    fn read(self, name: &str) -> Result<Limit, String> {
        let period = match self.unit {
            Unit::Rpm => Period::Minute,
            Unit::Rph => Period::Hour,
            Unit::Rpd => Period::Day,
        };
        Ok(Limit {
            id: LimitId::new(name),
            kind: Kind::Rate,
            metric: match self.r#type {
                RateType::Requests => Metric::Requests,
                RateType::Tokens => Metric::Tokens,
            },
            allowed: self.value,
            alert_at: None,
            // A calendar's window lets twice the rate through at its edge.
            window: match self.window.unwrap_or(Shape::Rolling) {
                Shape::Rolling => Window::Rolling(period.length()),
                Shape::Calendar => Window::Calendar(period),
            },
            conditions: conditions(self.conditions)?,
            group_by: groups(self.group_by)?,
            unpriced: Unpriced::default(),
        })
    }
}
