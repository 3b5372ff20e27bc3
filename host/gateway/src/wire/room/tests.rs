use super::*;

const LATER: Duration = Duration::from_secs(1);

fn peer(last: u8) -> Peer {
    Peer::at([192, 0, 2, last].into())
}

/// Whether it can have so much, now or once others have made room.
async fn gets(place: &Place<'_>, to: usize) -> bool {
    tokio::time::timeout(LATER, place.grow(to)).await == Ok(Ok(()))
}

#[tokio::test(start_paused = true)]
async fn what_is_held_is_counted_and_given_back() {
    let room = Room::new(100, 50);
    let place = room.place(peer(1));
    assert_eq!(room.bytes(), 0, "what is announced holds nothing");
    assert!(gets(&place, 10).await && gets(&place, 30).await);
    assert_eq!(room.bytes(), 30);
    drop(place);
    assert_eq!(room.bytes(), 0);
    assert!(room.lock().peers.is_empty() && room.lock().bodies.is_empty());
}

#[tokio::test(start_paused = true)]
async fn one_peer_has_its_part_and_no_more() {
    let room = Room::new(100, 50);
    let (one, two, other) = (room.place(peer(1)), room.place(peer(1)), room.place(peer(2)));
    assert!(gets(&one, 40).await);
    assert!(!gets(&two, 20).await, "nothing of its own is slow yet");
    assert!(gets(&other, 50).await, "another has its own part");
    assert!(!gets(&room.place(peer(3)), 51).await, "more than a part at once");
}

#[tokio::test(start_paused = true)]
async fn where_all_is_held_the_slowest_of_who_holds_most_makes_room() {
    let room = Room::new(100, 60);
    let slow = room.place(peer(1));
    assert!(gets(&slow, 20).await);
    tokio::time::advance(LATER).await;
    let (quick, other) = (room.place(peer(1)), room.place(peer(2)));
    assert!(gets(&quick, 40).await && gets(&other, 40).await);
    tokio::time::advance(LATER).await;
    let honest = room.place(peer(3));
    let (granted, ()) = tokio::join!(gets(&honest, 10), async {
        slow.ended().await;
        assert_eq!(room.bytes(), 100, "nothing more before it has given back what it holds");
        drop(slow);
    });
    assert!(granted);
    assert_eq!(room.bytes(), 90);
    let ended = |place: &Place<'_>| room.lock().bodies[&place.number].ending;
    assert!(!ended(&quick) && !ended(&other), "one was enough");
}

#[tokio::test(start_paused = true)]
async fn the_slowest_cannot_have_others_make_room_for_it() {
    let room = Room::new(100, 100);
    let slow = room.place(peer(1));
    assert!(gets(&slow, 10).await);
    tokio::time::advance(LATER * 10).await;
    let quick = room.place(peer(1));
    assert!(gets(&quick, 90).await);
    tokio::time::advance(LATER).await;
    assert_eq!(slow.grow(20).await, Err(Crowded));
    assert!(!room.lock().bodies[&quick.number].ending);
}

#[tokio::test(start_paused = true)]
async fn who_was_told_to_end_gets_nothing_more_also_while_it_waits() {
    let room = Room::new(100, 100);
    let [a, b] = [1, 2].map(|last| room.place(peer(last)));
    assert!(gets(&a, 50).await && gets(&b, 50).await);
    tokio::time::advance(LATER).await;
    let honest = room.place(peer(3));
    let (honest, waited) = tokio::join!(gets(&honest, 10), async {
        // Whoever it was, it holds what it has until it hears of it.
        let (a, b) = tokio::join!(
            tokio::time::timeout(LATER / 2, a.ended()),
            tokio::time::timeout(LATER / 2, b.ended())
        );
        (a.is_ok(), b.is_ok())
    });
    assert!(!honest, "nobody gave anything back");
    assert!(waited.0 != waited.1, "one of them was told, and only one: {waited:?}");
    let told = if waited.0 { &a } else { &b };
    assert_eq!(told.grow(51).await, Err(Crowded));
}
