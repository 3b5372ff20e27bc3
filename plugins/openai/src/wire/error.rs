//! What an error says about itself, in the shapes that servers of the family
//! are known to use: an `error` object or text, the same members at the top,
//! `detail` as a text or a list of what was wrong where.

use super::value::{Raw, Text};

object! {
    /// A body, or what its `error` member holds.
    ErrorBody {
        error: Option<Raw<'a>> = "error",
        errors: Option<Raw<'a>> = "errors",
        detail: Option<Raw<'a>> = "detail",
        message: Option<Raw<'a>> = "message",
        msg: Option<Raw<'a>> = "msg",
        kind: Option<Raw<'a>> = "type",
        error_type: Option<Raw<'a>> = "error_type",
        code: Option<Raw<'a>> = "code",
        param: Option<Raw<'a>> = "param",
        status: Option<Raw<'a>> = "status",
        innererror: Option<Raw<'a>> = "innererror",
        failed_generation: Option<Raw<'a>> = "failed_generation",
        /// Hugging Face: seconds until the model has loaded.
        estimated_time: Option<Raw<'a>> = "estimated_time",
    }
}

object! {
    /// Azure's finer code.
    InnerError {
        code: Option<Text<'a>> = "code",
        content_filter_result: Option<Raw<'a>> = "content_filter_result",
        content_filter_results: Option<Raw<'a>> = "content_filter_results",
    }
}

object! {
    /// The verdict of one of Azure's filters.
    Verdict {
        filtered: Option<bool> = "filtered",
        severity: Option<Text<'a>> = "severity",
    }
}

object! {
    /// One entry of `detail`: what was wrong where.
    Complaint {
        loc: Option<Vec<Text<'a>>> = "loc",
        msg: Option<Text<'a>> = "msg",
        message: Option<Text<'a>> = "message",
    }
}
