use futures_util::stream;
use jackfield_router::Failure;

use super::*;
use crate::wire::body::{Body, Broken};
use crate::wire::peer::Peer;
use crate::wire::room::Room;

const PACE: Pace = Pace { grace: Duration::from_secs(2), rate: 16 << 10, longest: Duration::from_secs(10) };
const PAUSE: Duration = Duration::from_secs(30);

/// A body of so many pieces of so many bytes, one each `every`; then nothing more,
/// and no end.
fn dripping(count: usize, bytes: usize, every: Duration) -> Body {
    let pieces = stream::unfold(0, move |number| async move {
        tokio::time::sleep(every).await;
        if number == count {
            std::future::pending::<()>().await;
        }
        let piece: Result<Bytes, Broken> = Ok(Bytes::from(vec![b'x'; bytes]));
        Some((piece, number + 1))
    });
    Body::Pieces(Box::pin(pieces))
}

fn whole(bytes: usize) -> Body {
    Body::from(Bytes::from(vec![b'x'; bytes]))
}

async fn taken(room: &Room, body: Body) -> Result<usize, u16> {
    let place = room.place(Peer::default());
    let taken = take(&HeaderMap::new(), body, 1 << 20, PAUSE, PACE, &place).await;
    taken.map(|body| body.len()).map_err(|untaken| Failure::from(untaken).status)
}

#[tokio::test(start_paused = true)]
async fn a_body_that_comes_at_its_pace_is_taken_and_a_slower_one_ended() {
    let room = Room::new(8 << 20, 8 << 20);
    assert_eq!(taken(&room, whole(100_000)).await, Ok(100_000));
    for (bytes, every, seconds) in [
        // Nothing at all, and a byte now and then.
        (0, 1_000_000, 2),
        (1, 1_000, 2),
        // About half of what is asked for: ended once the time it has earned is over.
        (9 << 10, 1_000, 3),
        // At its pace, and too long all the same.
        (16 << 10, 1_000, 10),
    ] {
        let began = Instant::now();
        let body = dripping(1_000, bytes, Duration::from_millis(every));
        assert_eq!(taken(&room, body).await, Err(408), "{bytes} each {every} ms");
        assert_eq!(began.elapsed().as_secs(), seconds, "{bytes} each {every} ms");
    }
    assert_eq!(room.bytes(), 0);
}

#[tokio::test(start_paused = true)]
async fn memory_is_taken_as_it_comes_and_not_as_it_is_announced() {
    let room = Room::new(1 << 20, 1 << 20);
    let place = room.place(Peer::default());
    let headers = HeaderMap::new();
    let slow = take(&headers, dripping(1, 1, Duration::from_millis(1)), 1 << 20, PAUSE, PACE, &place);
    let seen = tokio::select! {
        taken = slow => panic!("{taken:?}"),
        () = tokio::time::sleep(Duration::from_secs(1)) => room.bytes(),
    };
    assert_eq!(seen, LEAST);
}

#[tokio::test(start_paused = true)]
async fn what_is_held_is_no_more_than_what_is_counted() {
    for size in [1, LEAST, LEAST + 1, 100_000, 1 << 20] {
        let room = Room::new(1 << 20, 1 << 20);
        let place = room.place(Peer::default());
        let taken = take(&HeaderMap::new(), whole(size), 1 << 20, PAUSE, PACE, &place).await.unwrap();
        let held = Vec::from(taken).capacity();
        assert!(held <= room.bytes() && room.bytes() <= 1 << 20, "{size}: {held} of {}", room.bytes());
    }
}

#[tokio::test(start_paused = true)]
async fn a_large_body_counts_as_little_more_than_it_is() {
    let size = (8 << 20) + 1;
    let room = Room::new(64 << 20, 64 << 20);
    let place = room.place(Peer::default());
    take(&HeaderMap::new(), whole(size), 32 << 20, PAUSE, PACE, &place).await.unwrap();
    assert!((size..=size / 4 * 5 + 4).contains(&room.bytes()), "{}", room.bytes());
}

/// Slow ones hold all the room there is, and what comes at an honest pace gets in.
#[tokio::test(start_paused = true)]
async fn an_honest_body_gets_in_past_slow_ones_that_hold_everything() {
    let room = Room::new(256 << 10, 256 << 10);
    let slow = || taken(&room, dripping(1, 60 << 10, Duration::from_millis(1)));
    let slow = async { tokio::join!(slow(), slow(), slow(), slow()) };
    let honest = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(room.bytes(), 256 << 10, "it is all held");
        taken(&room, whole(50_000)).await
    };
    let ((a, b, c, d), honest) = tokio::join!(slow, honest);
    assert_eq!(honest, Ok(50_000));
    let mut all = [a, b, c, d];
    all.sort_unstable();
    assert_eq!(all, [Err(408), Err(408), Err(408), Err(503)], "one made room, the others were too slow");
}

#[tokio::test(start_paused = true)]
async fn too_long_a_body_is_refused_announced_or_not() {
    let room = Room::new(8 << 20, 8 << 20);
    assert_eq!(taken(&room, whole((1 << 20) + 1)).await, Err(413));
    assert_eq!(taken(&room, dripping(2, 600 << 10, Duration::from_millis(1))).await, Err(413));
}
