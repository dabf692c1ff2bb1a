//! Tests of who can be asked. The tray connects over a pair of sockets, which only Unix has.

use super::*;
use crate::service::ask::Offer;

/// Has a tray offer to copy codes. It is there until its end of the connection is dropped.
async fn tray(service: &Handle) -> zbus::Connection {
    let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
    let build = zbus::connection::Builder::unix_stream;
    let ours = build(ours).server(zbus::Guid::generate()).p2p();
    let (ours, theirs) = tokio::join!(ours.build(), build(theirs).p2p().build());
    let offer = Offer(ours.unwrap());
    service.ask(&asker(Who::Tray), offer).await.unwrap();
    theirs.unwrap()
}

async fn is_attended(service: &Handle) -> bool {
    service.ask(&person(), Status).await.unwrap().attended
}

#[tokio::test]
async fn a_tray_can_be_asked_where_nobody_sees_the_daemon() {
    let (world, service) = one_account().await;
    let there = tray(&service).await;
    // A tray that does not show the questions changes nothing.
    assert!(!is_attended(&service).await);
    begin(&service, us()).await.unwrap().unwrap();
    world.user.has_tray.store(true, Ordering::SeqCst);
    assert!(is_attended(&service).await);
    let asked = begin(&service, us());
    settle(&service).await;
    assert!(!asked.is_finished());
    assert_eq!(open(&service).await, 1);
    assert_eq!(world.user.questions(), [], "the daemon shows none");
    let answer = AnswerQuestion(1, Answer::Once);
    service.ask(&asker(Who::Tray), answer).await.unwrap();
    asked.await.unwrap().unwrap();
    // Without the tray, nobody is there again.
    drop(there);
    while is_attended(&service).await {
        tokio::task::yield_now().await;
    }
    begin(&service, us()).await.unwrap().unwrap();
    assert_eq!(open(&service).await, 0);
}
