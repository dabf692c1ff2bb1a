//! `mfactl pair`: two codes in a row, as AWS and others ask for when a device is bound.

use std::time::Duration;

use mfa_core::otp::grouped;
use mfa_ipc::types::{CodeOptions, IssuedCode};

use super::get::now;
use super::json::Codes;
use super::{Context, connect};
use crate::args::Pair;
use crate::error::Error;
use crate::output::bar;

/// From so many columns on there is room for a bar.
const BAR_FROM: usize = 42;
/// How long the first code should last, so that there is time to type it.
const MIN_REMAINING: u32 = 10;

pub(super) async fn run(context: &Context, args: Pair) -> Result<(), Error> {
    let client = connect().await?;
    let at_once = args.now || args.json;
    let query = args.query.as_str();
    let min_remaining = if at_once {
        None
    } else {
        // An account whose codes are short-lived leaves less time.
        let period = context.account(&client, query).await?.period;
        period.map(|period| MIN_REMAINING.min(period / 3))
    };
    let options = CodeOptions {
        fresh: args.fresh,
        min_remaining,
        ..CodeOptions::default()
    };
    let asked = context.ask(&client, async |client| {
        client.get_codes(query, 2, options).await
    });
    let codes = match asked.await {
        Ok(codes) => codes,
        Err(error) => return Err(context.explain(&client, query, error).await),
    };
    let [first, second] = &codes[..] else {
        return Err(mfa_ipc::Error::Failed("the daemon gave other than two codes".into()).into());
    };
    if args.json {
        return context.output.json(&Codes::new(&codes));
    }
    print(context, 1, first)?;
    if !at_once {
        wait_for(context, first, second).await?;
    }
    print(context, 2, second)?;
    context
        .output
        .hint("done. If the codes were not accepted: mfactl doctor");
    Ok(())
}

fn print(context: &Context, number: u32, code: &IssuedCode) -> Result<(), Error> {
    if context.output.terminal {
        let code = context.output.bold(&grouped(&code.code));
        context
            .output
            .replace_line(format_args!("MFA code {number}   {code}\n"))
    } else {
        context.output.line(&*code.code)
    }
}

/// Counts down until the second code is valid.
async fn wait_for(context: &Context, first: &IssuedCode, second: &IssuedCode) -> Result<(), Error> {
    loop {
        let left = second.valid_from.saturating_sub(now());
        if left == 0 {
            return Ok(());
        }
        if context.output.terminal {
            let bar = context
                .output
                .dim(&bar(left, first.valid_until - first.valid_from));
            let line = format!("MFA code 2   ··· ···   in {left} s {bar}");
            // A line that is broken in two is not replaced by the next one.
            let line = match context.output.columns() {
                Some(..BAR_FROM) => format!("MFA code 2   in {left} s"),
                _ => line,
            };
            context.output.replace_line(format_args!("{line}"))?;
        }
        // The countdown moves once a second.
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
