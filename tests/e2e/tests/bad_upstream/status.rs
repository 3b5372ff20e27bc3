//! Answers of status 400 and more.

use jackfield_runtime::api::types::ErrorKind;

use crate::{PLUGINS, Reply, Trial, good};

/// What each status means where the body says nothing more precise.
const STATUSES: [(u16, ErrorKind); 13] = [
    (400, ErrorKind::InvalidRequest),
    (401, ErrorKind::Authentication),
    (402, ErrorKind::QuotaExceeded),
    (403, ErrorKind::Permission),
    (404, ErrorKind::NotFound),
    (408, ErrorKind::Timeout),
    (409, ErrorKind::InvalidRequest),
    (413, ErrorKind::InvalidRequest),
    (422, ErrorKind::InvalidRequest),
    (429, ErrorKind::RateLimited),
    (500, ErrorKind::Unavailable),
    (503, ErrorKind::Overloaded),
    (529, ErrorKind::Overloaded),
];

async fn refused(plugin: &'static str, status: u16, kind: ErrorKind, reply: Reply, says: &[&str]) {
    let number = status.to_string();
    for failure in Trial::new(plugin, vec![reply], "").await.both().await {
        failure.is(kind, says);
        assert_eq!(failure.record().status, Some(status), "{failure:?}");
        assert!(failure.events.is_empty());
        assert!(says.len() > 1 || failure.error.to_string().contains(&number), "{failure:?}");
    }
}

#[tokio::test]
async fn every_status_has_its_kind_and_shows_what_the_upstream_said() {
    for plugin in PLUGINS {
        for (status, kind) in STATUSES {
            let body = good::error_body(plugin, "", "because of the moon");
            refused(
                plugin,
                status,
                kind,
                Reply::json(status, &body),
                &["provider bad", "because of the moon"],
            )
            .await;
        }
    }
}

#[tokio::test]
async fn a_status_says_enough_where_the_body_says_nothing() {
    for plugin in PLUGINS {
        for (status, kind) in STATUSES {
            refused(plugin, status, kind, Reply::json(status, ""), &[]).await;
        }
    }
}

#[tokio::test]
async fn a_gateways_web_page_is_named_by_its_title() {
    for plugin in PLUGINS {
        let page =
            "<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>";
        for (status, kind) in [(502, ErrorKind::Unavailable), (403, ErrorKind::Permission)] {
            let reply = Reply::of(status, "text/html", page);
            let number = status.to_string();
            refused(plugin, status, kind, reply, &[&number, "a web page titled \"502 Bad Gateway\""]).await;
        }
    }
}

#[tokio::test]
async fn bodies_that_are_no_json_do_not_hide_the_status() {
    for plugin in PLUGINS {
        for body in
            ["{\"error\":", "[[[[", "\u{0}\u{1}\u{2}", "null", "[]", "{\"error\":{\"message\":{\"a\":1}}}"]
        {
            refused(plugin, 500, ErrorKind::Unavailable, Reply::json(500, body), &[]).await;
        }
        let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
        refused(plugin, 500, ErrorKind::Unavailable, Reply::json(500, &deep), &[]).await;
        let cut =
            Reply::head(503, "content-length: 100\r\n").send("{\"error\"").then(jackfield_e2e::Step::Close);
        refused(plugin, 503, ErrorKind::Overloaded, cut, &[]).await;
    }
}
