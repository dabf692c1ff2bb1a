//! A fault of ours while a connection is served.

use tokio::net::UnixStream;
use zbus::proxy::Builder;

use super::*;

/// How long an answer or the end of a connection may take.
const SOON: Duration = Duration::from_secs(5);

/// An interface with a fault.
struct Faulty;

#[zbus::interface(name = "org.mfactl.Faulty")]
impl Faulty {
    fn panic(&self) {
        panic!("as if by a bug");
    }

    fn answer(&self) -> u32 {
        42
    }
}

/// Connects a client, and serves it as [`serve`] does.
async fn connect(limits: &Limits) -> zbus::Proxy<'static> {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let connection = limits.connect(&Arc::default()).unwrap();
    tokio::spawn(attend(connection, async |tasks, place| {
        let guid = zbus::Guid::generate();
        let connection = builder(ours, &guid, tasks, place).serve_at(OBJECT_PATH, Faulty);
        let _connection = connection.build().await?;
        std::future::pending().await
    }));
    let client = zbus::connection::Builder::socket(Stream::client(theirs, User::own()));
    let client = client.p2p().build().await.unwrap();
    let proxy = Builder::new(&client).destination("org.mfactl.Faulty");
    let proxy = proxy.path(OBJECT_PATH).interface("org.mfactl.Faulty");
    proxy.build().await.unwrap()
}

#[tokio::test]
async fn a_panic_ends_only_its_own_connection() {
    let limits = Limits::default();
    let (faulty, other) = (connect(&limits).await, connect(&limits).await);
    let failed = tokio::time::timeout(SOON, faulty.call_method("Panic", &())).await;
    assert!(failed.unwrap().is_err(), "the call was answered");
    let ended = tokio::time::timeout(SOON, faulty.call_method("Answer", &())).await;
    assert!(ended.unwrap().is_err(), "the connection goes on");
    let answer = tokio::time::timeout(SOON, other.call_method("Answer", &()));
    let answer = answer.await.unwrap().unwrap();
    assert_eq!(answer.body().deserialize::<u32>().unwrap(), 42);
}
