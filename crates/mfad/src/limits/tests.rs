//! Tests of what is let through and what is held back.

use futures_util::FutureExt;
use mfa_core::access::{Executable, Transport, Who};

use super::*;
use mfa_ipc::transport::stream::Gate;

fn caller(pid: u32) -> Caller {
    Caller {
        pid,
        start_time: 1,
        executable: Executable::Unreadable,
        transport: Transport::Private,
        who: Who::Unknown,
        chain: Vec::new(),
    }
}

fn connect(limits: &Limits, pid: u32) -> Result<Arc<Connection>, TooMany> {
    limits.connect(&limits.process(&caller(pid)))
}

/// Takes all places, `each` for a process.
fn take_all(limits: &Limits, each: usize) -> Vec<Arc<Connection>> {
    let pids = (1..).flat_map(move |pid| std::iter::repeat_n(pid, each));
    let places = pids.take(CONNECTIONS_OF_ALL);
    places.map(|pid| connect(limits, pid).unwrap()).collect()
}

#[test]
fn one_process_has_so_many_connections_and_another_has_its_own() {
    let limits = Limits::default();
    let mut places: Vec<_> = (0..CONNECTIONS)
        .map(|_| connect(&limits, 1).unwrap())
        .collect();
    assert_eq!(connect(&limits, 1).unwrap_err(), TooMany::OfProcess);
    assert!(connect(&limits, 2).is_ok());
    places.pop();
    assert!(connect(&limits, 1).is_ok());
    drop(places);
    let _other = limits.process(&caller(3));
    assert_eq!(lock(&limits.processes).len(), 1, "who is gone is forgotten");
}

/// This stands for a program that starts many others, each with as many connections as it may have.
#[tokio::test]
async fn who_has_the_most_gives_one_up_when_all_are_taken() {
    let limits = Limits::default();
    let mut held = take_all(&limits, CONNECTIONS);
    let busy = held[0].call();
    let other = connect(&limits, 1000).unwrap();
    held[1].given_up().await;
    assert_eq!(held.iter().filter(|held| held.is_given_up()).count(), 1);
    // The given-up connection is gone a moment later. So is each one that makes room for others, as far as is
    // fair.
    held.remove(1);
    let more: Vec<_> = (0..CONNECTIONS)
        .map_while(|_| connect(&limits, 1000).ok())
        .collect();
    let most = held.iter().map(|held| held.of_its_process()).max().unwrap();
    assert!(
        more.len() > 20 && more.len() <= most,
        "{} of {most}",
        more.len()
    );
    drop((busy, other));
}

/// This stands for programs that keep a call waiting on each of their connections.
#[tokio::test]
async fn who_has_the_most_gives_a_busy_one_up_when_none_is_idle() {
    const EACH: usize = 8;
    let limits = Limits::default();
    let held = take_all(&limits, EACH);
    let busy: Vec<_> = held.iter().map(Connection::call).collect();
    let others: Vec<_> = (1000..1032)
        .map(|pid| connect(&limits, pid).unwrap())
        .collect();
    for (at, connection) in held.iter().enumerate() {
        let is_oldest = at % EACH == 0;
        assert_eq!(connection.is_given_up(), is_oldest, "one of each, not {at}");
    }
    held[0].given_up().await;
    // As many as that may be ending at a time, and no more.
    let more: Vec<_> = (2000..)
        .map_while(|pid| connect(&limits, pid).ok())
        .collect();
    assert_eq!(more.len(), ENDING - others.len());
    drop((busy, others));
}

#[test]
fn who_has_as_many_as_others_is_told_that_all_are_taken() {
    let limits = Limits::default();
    let _held = take_all(&limits, 1);
    assert_eq!(connect(&limits, 1000).unwrap_err(), TooMany::OfAll);
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

/// This stands for a program that has several names on the session bus.
#[test]
fn a_process_on_the_bus_has_so_many_calls_whatever_its_names() {
    let process = Arc::new(Process::default());
    let mut calls: Vec<_> = (0..CALLS_OF_ALL).map_while(|_| process.call()).collect();
    assert_eq!(calls.len(), CALLS_OF_ALL);
    assert!(process.call().is_none());
    calls.pop();
    assert!(process.call().is_some());
}

#[test]
fn few_calls_of_a_process_wait_for_their_codes() {
    let process = Process::default();
    let waiting: Vec<_> = (0..20).map_while(|_| process.wait()).collect();
    assert_eq!(waiting.len(), 8);
    assert!(Process::default().wait().is_some(), "others may");
    drop(waiting);
    assert!(process.wait().is_some());
}

#[tokio::test]
async fn who_takes_no_answer_loses_its_connection() {
    let limits = Limits::default();
    let connection = connect(&limits, 1).unwrap();
    assert!(connection.patience().is_some());
    assert!(connection.given_up().now_or_never().is_none());
    connection.stuck();
    connection.given_up().await;
}
