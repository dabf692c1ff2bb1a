//! Tests of stores that hang or panic.

use super::*;

/// The text at which the store hangs when it is asked to keep it.
const HANG: &str = "hang";
/// The text at which the store panics.
const PANIC: &str = "panic";

struct Faulty;

impl ItemStore for Faulty {
    fn load(
        &mut self,
        _: &mut dyn FnMut(AccountId, Zeroizing<String>) -> bool,
    ) -> Result<(), StoreError> {
        Ok(())
    }

    fn put(&mut self, _: AccountId, _: Option<&str>, text: &str) -> Result<(), StoreError> {
        if text == HANG {
            loop {
                std::thread::park();
            }
        }
        assert_ne!(text, PANIC);
        Ok(())
    }

    fn delete(&mut self, _: AccountId) -> Result<(), StoreError> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_thread_that_hangs_is_replaced() {
    let thread = Thread::new(|| Box::new(Faulty));
    let id = AccountId::from_random([1; 16]);
    let put = |text: &str| thread.put(id, None, Zeroizing::new(text.to_owned()));
    assert!(matches!(put(HANG).await, Err(StoreError::TimedOut)));
    tokio::time::resume();
    assert!(put("").await.is_ok());
}

#[tokio::test]
async fn a_store_that_panics_ends_its_call_only() {
    let made = Arc::new(Mutex::new(0));
    let count = Arc::clone(&made);
    let thread = Thread::new(move || {
        *count.lock().unwrap() += 1;
        Box::new(Faulty)
    });
    let id = AccountId::from_random([1; 16]);
    let put = |text: &str| thread.put(id, None, Zeroizing::new(text.to_owned()));
    assert!(matches!(put(PANIC).await, Err(StoreError::Unavailable(_))));
    assert!(put("").await.is_ok());
    assert_eq!(*made.lock().unwrap(), 2, "the old store is in use");
}
