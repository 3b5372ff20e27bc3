use jackfield_runtime::api::llm::{ChatRequest, Message, Part, Role};
use jackfield_runtime::api::types::{Media, Source};

use super::*;
use crate::usage::nothing;

fn rates(price: Price) -> Rates {
    Rates::new(&price).unwrap()
}

const PRICE: Price =
    Price { input: 0.15, cache_read: Some(0.0375), cache_write: Some(0.1875), output: Some(0.6) };

fn tokens(input: u64, output: u64) -> Usage {
    Usage { input_tokens: Some(input), output_tokens: Some(output), ..nothing() }
}

fn dollars(money: Option<Money>) -> String {
    money.map_or("unknown".to_owned(), |money| money.to_string())
}

#[test]
fn each_kind_of_token_has_its_price() {
    let usage = Usage {
        cache_read_tokens: Some(300_000),
        cache_write_tokens: Some(200_000),
        ..tokens(1_000_000, 1_000_000)
    };
    // 0.5 * 0.15 + 0.3 * 0.0375 + 0.2 * 0.1875 + 0.6
    assert_eq!(dollars(rates(PRICE).cost(&usage)), "0.723750");
    assert_eq!(rates(PRICE).cost(&usage), rates(PRICE).booked(&usage));
}

#[test]
fn a_cost_is_summed_exactly_and_rounded_up_once() {
    let usage = Usage { cache_read_tokens: Some(3), ..tokens(3, 0) };
    // 112.5 nano-dollars
    assert_eq!(rates(PRICE).cost(&usage).unwrap().nanos(), 113);
    let many = tokens(999_999_999_999, 999_999_999_999);
    assert_eq!(dollars(rates(PRICE).cost(&many)), "749999.999999250");
}

#[test]
fn what_is_not_known_makes_no_cost_rather_than_none() {
    let bare = rates(Price { cache_read: None, cache_write: None, ..PRICE });
    let unknown = [
        Usage { cache_read_tokens: Some(1), ..tokens(10, 1) },
        Usage { cache_write_tokens: Some(1), ..tokens(10, 1) },
        Usage { input_tokens: None, ..tokens(0, 1) },
        Usage { output_tokens: None, ..tokens(10, 0) },
        Usage { audio_input_tokens: Some(1), ..tokens(10, 1) },
        Usage { audio_output_tokens: Some(1), ..tokens(10, 1) },
        Usage { units: vec![("web_search_requests".to_owned(), 1.0)], ..tokens(10, 1) },
        nothing(),
    ];
    for usage in unknown {
        assert_eq!(bare.cost(&usage), None, "{usage:?}");
    }
    let without = Usage {
        cache_read_tokens: Some(0),
        audio_input_tokens: Some(0),
        units: vec![("web_search_requests".to_owned(), 0.0)],
        ..tokens(10, 1)
    };
    assert_eq!(dollars(bare.cost(&without)), "0.000002100");
}

#[test]
fn a_model_without_output_needs_no_price_of_it() {
    let embedding = rates(Price { output: None, ..PRICE });
    let input = Usage { output_tokens: None, ..tokens(1_000_000, 0) };
    assert_eq!(dollars(embedding.cost(&input)), "0.150000");
    assert_eq!(embedding.cost(&tokens(1, 1)), None);
    assert_eq!(embedding.booked(&tokens(1, 1)), None);
}

#[test]
fn budgets_book_cached_tokens_without_a_price_as_plain_input() {
    let bare = rates(Price { cache_read: None, cache_write: None, ..PRICE });
    let usage = Usage { cache_read_tokens: Some(900_000), ..tokens(1_000_000, 0) };
    assert_eq!(dollars(bare.booked(&usage)), "0.150000");
    assert_eq!(dollars(bare.booked(&nothing())), "0.000000");
    let more_read_than_sent = Usage { cache_read_tokens: Some(1_000_000), ..tokens(0, 0) };
    assert_eq!(dollars(rates(PRICE).booked(&more_read_than_sent)), "0.037500");
}

#[test]
fn a_number_that_is_no_price_is_none() {
    for input in [-0.1, f64::NAN, f64::INFINITY, 1e10] {
        assert_eq!(Rates::new(&Price { input, ..PRICE }), None, "{input}");
        assert_eq!(Rates::new(&Price { output: Some(input), ..PRICE }), None, "{input}");
    }
}

#[test]
fn money_is_shown_in_dollars_and_kept_within_its_bounds() {
    let nanos = |nanos| Money::from_nanos(nanos).to_string();
    assert_eq!(nanos(0), "0.000000");
    assert_eq!(nanos(1_500_000_000), "1.500000");
    assert_eq!(nanos(1), "0.000000001");
    assert_eq!(Money::from_nanos(u64::MAX).plus(Money::from_nanos(1)).nanos(), u64::MAX);
    assert_eq!(Money::from_nanos(1).less(Money::from_nanos(2)), Money::default());
    assert_eq!(Money::from_dollars(0.1).unwrap().nanos(), 100_000_000);
    for none in [-0.1, f64::NAN, f64::INFINITY, 1e11] {
        assert_eq!(Money::from_dollars(none), None, "{none}");
    }
    let ten = std::iter::repeat_n(Money::from_dollars(0.1).unwrap(), 10);
    assert_eq!(ten.sum::<Money>(), Money::from_dollars(1.0).unwrap());
}

#[test]
fn an_estimate_reserves_what_is_asked_for_and_possible() {
    let output = |asked, possible, choices| Estimate::new(0, asked, possible, choices, None).output_tokens;
    assert_eq!(output(Some(100), Some(8_000), None), 100);
    assert_eq!(output(Some(100), Some(8_000), Some(3)), 300);
    assert_eq!(output(Some(9_000), Some(8_000), None), 8_000);
    assert_eq!(output(None, Some(128_000), Some(0)), Estimate::USUAL_OUTPUT);
    assert_eq!(output(None, Some(1_000), None), 1_000);
    let estimate = Estimate::new(1_000_000, Some(1_000_000), None, None, Some(&rates(PRICE)));
    assert_eq!(dollars(estimate.cost), "0.750000");
    assert_eq!(estimate.tokens(), 2_000_000);
    assert_eq!(Estimate::new(1, None, None, None, None).cost, None);
    let embedding = rates(Price { output: None, ..PRICE });
    assert_eq!(dollars(Estimate::input_only(1_000_000, Some(&embedding)).cost), "0.150000");
}

#[test]
fn an_image_in_a_body_does_not_count_by_its_bytes() {
    let body = |data: &str| format!(r#"{{"model":"m","image":"{data}"}}"#);
    let image = body(&format!("data:image/png;base64,{}", "iVBORw0KGgo".repeat(100_000)));
    assert!((1_500..1_600).contains(&body_tokens(image.as_bytes())), "{}", body_tokens(image.as_bytes()));
    let text = body(&"some words ".repeat(1_000));
    assert_eq!(body_tokens(text.as_bytes()), (text.len() as u64).div_ceil(3));
    let short = body("hi");
    assert_eq!(body_tokens(short.as_bytes()), (short.len() as u64).div_ceil(3));
}

#[test]
fn a_prompt_is_counted_by_its_texts_and_its_media() {
    let mut request = ChatRequest::new("m", vec![Message::text(Role::User, "x".repeat(300))]);
    assert_eq!(prompt_tokens(&request), 104);
    let image = Media {
        source: Source::Data(vec![0; 1_000_000]),
        mime_type: None,
        detail: None,
        transcript: None,
        id: None,
    };
    request.messages[0].content.push(Part::Image(image));
    assert_eq!(prompt_tokens(&request), 1_604);
}

#[test]
fn delivered_text_counts_by_its_script() {
    assert_eq!(text_tokens(""), 0);
    assert_eq!(text_tokens("a"), 1);
    assert_eq!(text_tokens("four more"), 3);
    assert_eq!(text_tokens("你好世界"), 4);
}
