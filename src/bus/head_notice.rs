//! Text format of head notices: the sending node, then one line per stream with its head.

use std::fmt::Write;

use crate::domain::number;
use crate::domain::topic::{Seq, StreamId};

/// Size at which a notice is full; `PostgreSQL` limits NOTIFY payloads to less than 8,000 bytes.
const MAX_NOTICE_BYTES: usize = 7_000;

/// Encodes the heads into as many notices as needed; one without heads is a keepalive.
pub fn encode(node: &str, heads: &[(StreamId, Seq)]) -> Vec<String> {
    let mut notices = Vec::new();
    let mut notice = node.to_owned();
    for (stream, seq) in heads {
        if notice.len() > MAX_NOTICE_BYTES {
            notices.push(std::mem::replace(&mut notice, node.to_owned()));
        }
        // Writing to a String can't fail.
        let _ = write!(notice, "\n{stream} {seq}");
    }
    notices.push(notice);
    notices
}

/// Decodes a notice into its node and heads; malformed lines are skipped, because notices are only
/// hints.
pub fn decode(notice: &str) -> (&str, Vec<(StreamId, Seq)>) {
    let mut lines = notice.split('\n');
    let node = lines.next().unwrap_or_default();
    let head = |line: &str| {
        let (stream, seq) = line.split_once(' ')?;
        Some((stream.parse().ok()?, number::parse(seq)?))
    };
    (node, lines.filter_map(head).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_notices_decode_back() {
        let heads: Vec<_> = (1..2_000).map(|id| (StreamId::Match(id), id * 3)).collect();
        let notices = encode("n1", &heads);
        assert!(notices.len() > 1, "the heads need several notices");
        assert!(notices.iter().all(|notice| notice.len() < 8_000));
        let decoded: Vec<_> = notices.iter().flat_map(|notice| decode(notice).1).collect();
        assert_eq!(decoded, heads);
    }

    #[test]
    fn malformed_lines_are_skipped() {
        assert_eq!(decode(""), ("", vec![]));
        assert_eq!(decode("n1"), ("n1", vec![]));
        let (node, heads) = decode(
            "n1\nmatch_3 7\nmatch_x 1\nteam_2\nmatch_4 -\n\nteam_6 9223372036854775807\nteam_5 9",
        );
        assert_eq!((node, heads), ("n1", vec![(StreamId::Match(3), 7), (StreamId::Team(5), 9)]));
    }
}
