//! What is let through, and what is held back.

use futures_util::FutureExt;
use mfa_core::access::{Executable, Transport};

use super::*;
use mfa_ipc::transport::stream::Gate;

fn caller(pid: u32) -> Caller {
    Caller {
        pid,
        start_time: 1,
        executable: Executable::Unreadable,
        transport: Transport::Private,
    }
}

fn connect(limits: &Limits, pid: u32) -> Option<Arc<Connection>> {
    limits.connect(&limits.process(&caller(pid)))
}

#[test]
fn one_process_has_so_many_connections_and_another_has_its_own() {
    let limits = Limits::default();
    let mut places: Vec<_> = (0..CONNECTIONS)
        .map(|_| connect(&limits, 1).unwrap())
        .collect();
    assert!(connect(&limits, 1).is_none());
    assert!(connect(&limits, 2).is_some());
    places.pop();
    assert!(connect(&limits, 1).is_some());
    drop(places);
    let _other = limits.process(&caller(3));
    assert_eq!(lock(&limits.processes).len(), 1, "who is gone is forgotten");
}

/// A program that starts many others, each with as many connections as it may have.
#[tokio::test]
async fn who_has_the_most_gives_one_up_when_all_are_taken() {
    let limits = Limits::default();
    let mut held = Vec::new();
    for pid in 1.. {
        let taken = (0..CONNECTIONS).map_while(|_| connect(&limits, pid));
        held.extend(taken);
        if held.len() == CONNECTIONS_OF_ALL {
            break;
        }
    }
    let busy = held[0].call();
    let other = connect(&limits, 1000).unwrap();
    held[1].given_up().await;
    assert!(held[1..].iter().filter(|held| !held.is_idle()).count() == 1);
    // It is gone a moment later, and so is each that makes room for further ones, as far as it is fair.
    held.remove(1);
    let more: Vec<_> = (0..CONNECTIONS)
        .map_while(|_| connect(&limits, 1000))
        .collect();
    let most = held.iter().map(|held| held.of_its_process()).max().unwrap();
    assert!(
        more.len() > 20 && more.len() <= most,
        "{} of {most}",
        more.len()
    );
    drop((busy, other));
}

#[tokio::test]
async fn a_connection_is_read_from_while_little_is_under_way() {
    let limits = Limits::default();
    let process = limits.process(&caller(1));
    let connect = || limits.connect(&process).unwrap();
    let (one, two) = (connect(), connect());
    one.open().await;
    one.sending(true);
    assert!(!one.may_read() && two.may_read());
    one.sending(false);
    let mut calls: Vec<_> = (0..CALLS).map(|_| one.call()).collect();
    assert!(!one.may_read() && two.may_read());
    calls.extend((CALLS..CALLS_OF_ALL).map(|_| two.call()));
    let third = connect();
    assert!(!third.may_read(), "the process has enough");
    let opened = tokio::spawn(async move { third.open().await });
    calls.pop();
    opened.await.unwrap();
}

#[test]
fn a_sender_on_the_bus_has_so_many_calls() {
    let limits = Limits::default();
    let calls: Vec<_> = (0..CALLS_OF_ALL)
        .map_while(|_| limits.bus_call(":1.1"))
        .collect();
    assert_eq!(calls.len(), CALLS_OF_ALL);
    assert!(limits.bus_call(":1.1").is_none());
    assert!(limits.bus_call(":1.2").is_some());
    drop(calls);
    assert!(lock(&limits.senders).is_empty());
    assert!(limits.bus_call(":1.1").is_some());
}

#[tokio::test]
async fn long_answers_wait_for_those_that_are_not_taken() {
    let process = Process::default();
    let first = process.answer().await.unwrap();
    let _second = process.answer().await.unwrap();
    let third = process.answer();
    tokio::pin!(third);
    assert!((&mut third).now_or_never().is_none());
    drop(first);
    assert!(third.await.is_some());
}
