//! sseload: a bounded load generator for event-stream servers on the loopback interface.
mod args;
mod engine;
mod parse;
mod procfs;
mod sse;
mod sys;

use args::Args;
use clap::Parser;
use serde_json::Value;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = Args::parse();
    args.apply_mode();
    match run(&args) {
        Ok(clean) if args.assert_lossless && !clean => {
            eprintln!("sseload: not lossless");
            ExitCode::from(1)
        }
        Ok(_) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("sseload: {e}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> io::Result<bool> {
    for t in [Some(args.target), args.pub_target].into_iter().flatten() {
        if !t.ip().is_loopback() {
            return Err(io::Error::other(format!("{t} is not a loopback address")));
        }
    }
    let needed = args.subs as u64 + args.pub_conns as u64 + 50;
    let limit = sys::raise_nofile(needed + 150);
    if limit < needed {
        return Err(io::Error::other(format!("open-file limit {limit} is too low for {needed} descriptors")));
    }
    let (report, clean) = engine::run(args)?;
    print(args, &report)?;
    Ok(clean)
}

fn print(args: &Args, report: &Value) -> io::Result<()> {
    if let Some(path) = &args.out {
        writeln!(OpenOptions::new().create(true).append(true).open(path)?, "{report}")?;
    }
    let text = if args.compact { format!("{report}\n") } else { format!("{report:#}\n") };
    io::stdout().write_all(text.as_bytes())
}
