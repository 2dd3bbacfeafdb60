//! Scripts and styles without their comments, which are half of what a phone would fetch.
//!
//! Nothing but comments goes. Where a comment was, its line breaks stay: a fault still names the
//! line that the source has, and nothing that depends on a line's end changes. A script whose
//! comments can't be told from the rest for certain is left as it is.

/// The script without its comments; `None` where it can't be said for certain what they are.
pub fn script(text: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Script { text, at: 0, lean: Vec::new(), last: Last::Operator, open: vec![] };
    while reader.at < text.len() {
        reader.step()?;
    }
    reader.open.is_empty().then_some(reader.lean)
}

/// The style sheet without its comments; `None` where a string or an address has no end.
pub fn style(text: &[u8]) -> Option<Vec<u8>> {
    let mut lean = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let end = match rest[0] {
            b'/' if rest.starts_with(b"/*") => {
                let length = until(rest, 2, b"*/")?;
                leave_breaks(&mut lean, &rest[..length], rest.get(length), b"/**/");
                at += length;
                continue;
            }
            quote @ (b'"' | b'\'') => quoted(rest, quote)?,
            b'\\' => 2,
            b'(' if lean.to_ascii_lowercase().ends_with(b"url") => until(rest, 1, b")")?,
            _ => 1,
        };
        lean.extend_from_slice(rest.get(..end)?);
        at += end;
    }
    Some(lean)
}

/// What stood before: it says whether a `/` divides or begins a pattern.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    /// A value: `/` divides it.
    Value,
    /// A sign or a word that wants a value: `/` begins a pattern.
    Operator,
    /// A `.`, after which every word is a name.
    Dot,
    /// `if`, `while`, `for`, `with`, whose brackets are followed by a statement.
    Head,
    /// Either may be.
    Unsure,
}

#[derive(Clone, Copy)]
enum Open {
    Round {
        is_head: bool,
    },
    Square,
    Curly,
    /// `${` in a template.
    Template,
}

struct Script<'a> {
    text: &'a [u8],
    at: usize,
    lean: Vec<u8>,
    last: Last,
    open: Vec<Open>,
}

impl Script<'_> {
    fn step(&mut self) -> Option<()> {
        let rest = &self.text[self.at..];
        match rest[0] {
            b' ' | b'\t' | b'\n' | b'\r' => self.take(1, self.last),
            b'/' if rest.starts_with(b"//") => {
                let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
                self.leave_out(end.unwrap_or(rest.len()))
            }
            b'/' if rest.starts_with(b"/*!") => self.take(until(rest, 3, b"*/")?, self.last),
            b'/' if rest.starts_with(b"/*") => self.leave_out(until(rest, 2, b"*/")?),
            b'/' => match self.last {
                Last::Value => self.take(1, Last::Operator),
                Last::Operator => self.take(pattern(rest)?, Last::Value),
                _ => None,
            },
            quote @ (b'"' | b'\'') => self.take(quoted(rest, quote)?, Last::Value),
            b'`' => self.template(),
            byte if is_of_word(byte) => self.word(),
            _ => self.sign(),
        }
    }

    fn take(&mut self, length: usize, last: Last) -> Option<()> {
        self.lean.extend_from_slice(self.text.get(self.at..self.at + length)?);
        self.at += length;
        self.last = last;
        Some(())
    }

    fn leave_out(&mut self, length: usize) -> Option<()> {
        let comment = &self.text[self.at..self.at + length];
        // U+2028 and U+2029 end lines too; nobody types them.
        if comment.windows(3).any(|bytes| matches!(bytes, [0xe2, 0x80, 0xa8 | 0xa9])) {
            return None;
        }
        self.at += length;
        leave_breaks(&mut self.lean, comment, self.text.get(self.at), b" ");
        Some(())
    }

    /// From a template's first backtick, or from the `}` that ends what is put in.
    fn template(&mut self) -> Option<()> {
        let rest = &self.text[self.at..];
        let mut end = 1;
        loop {
            match rest.get(end)? {
                b'`' => return self.take(end + 1, Last::Value),
                b'$' if rest.get(end + 1) == Some(&b'{') => {
                    self.open.push(Open::Template);
                    return self.take(end + 2, Last::Operator);
                }
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
    }

    fn word(&mut self) -> Option<()> {
        let rest = &self.text[self.at..];
        let is_number = rest[0].is_ascii_digit();
        let is_part = |byte: &u8| is_of_word(*byte) || (is_number && *byte == b'.');
        let length = rest.iter().position(|byte| !is_part(byte)).unwrap_or(rest.len());
        let last = match &rest[..length] {
            _ if self.last == Last::Dot || is_number => Last::Value,
            b"if" | b"while" | b"for" | b"with" => Last::Head,
            b"await" if self.last == Last::Head => Last::Head,
            b"return" | b"typeof" | b"instanceof" | b"in" | b"new" | b"delete" | b"void"
            | b"throw" | b"case" | b"do" | b"else" | b"extends" | b"default" => Last::Operator,
            b"of" | b"yield" | b"await" => Last::Unsure,
            _ => Last::Value,
        };
        self.take(length, last)
    }

    fn sign(&mut self) -> Option<()> {
        let rest = &self.text[self.at..];
        match rest[0] {
            b'(' => self.open.push(Open::Round { is_head: self.last == Last::Head }),
            b'[' => self.open.push(Open::Square),
            b'{' => self.open.push(Open::Curly),
            b')' | b']' | b'}' => return self.close(rest[0]),
            b'.' if rest.starts_with(b"...") => return self.take(3, Last::Operator),
            b'.' => return self.take(1, Last::Dot),
            b'+' | b'-' if rest.get(1) == Some(&rest[0]) => return self.take(2, Last::Unsure),
            // What is escaped in a name, or stands before the first line.
            b'\\' => return None,
            _ => {}
        }
        self.take(1, Last::Operator)
    }

    fn close(&mut self, sign: u8) -> Option<()> {
        match (self.open.pop()?, sign) {
            (Open::Template, b'}') => self.template(),
            (Open::Round { is_head: true }, b')') => self.take(1, Last::Operator),
            (Open::Round { .. }, b')') | (Open::Square, b']') => self.take(1, Last::Value),
            // The end of a block or of an object.
            (Open::Curly, b'}') => self.take(1, Last::Unsure),
            _ => None,
        }
    }
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'#') || byte >= 0x80
}

/// How far it is to the end of the first `end` at or after `from`.
fn until(text: &[u8], from: usize, end: &[u8]) -> Option<usize> {
    let found = text.get(from..)?.windows(end.len()).position(|bytes| bytes == end)?;
    Some(from + found + end.len())
}

/// The length of a string with its quotes.
fn quoted(text: &[u8], quote: u8) -> Option<usize> {
    let mut at = 1;
    loop {
        match *text.get(at)? {
            byte if byte == quote => return Some(at + 1),
            b'\n' | b'\r' => return None,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The length of a pattern between its strokes.
fn pattern(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    let mut is_class = false;
    loop {
        match *text.get(at)? {
            b'\n' | b'\r' => return None,
            b'\\' => at += 1,
            b'[' => is_class = true,
            b']' => is_class = false,
            b'/' if !is_class => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
}

/// What is left of a comment: its line breaks, or what keeps its neighbours apart.
fn leave_breaks(lean: &mut Vec<u8>, comment: &[u8], next: Option<&u8>, apart: &[u8]) {
    let breaks = comment.iter().filter(|byte| matches!(byte, b'\n' | b'\r'));
    let before = lean.len();
    lean.extend(breaks);
    let is_apart = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
    if lean.len() == before && !is_apart(lean.last()) && !is_apart(next) {
        lean.extend_from_slice(apart);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lean(text: &str) -> Option<String> {
        script(text.as_bytes()).map(|lean| String::from_utf8(lean).unwrap())
    }

    #[test]
    fn comments_go_and_nothing_else_does() {
        #[rustfmt::skip]
        let cases = [
            ("a // b\nc",                         "a \nc"),
            ("a // b\r\nc",                       "a \r\nc"),
            ("return /* a\n b */ 1",              "return \n 1"),
            ("let/**/a",                          "let a"),
            ("a+/**/+b",                          "a+ +b"),
            ("/*! (c) them */ a /* b */",         "/*! (c) them */ a "),
            ("'//' + \"/*\" + '\\'//'",           "'//' + \"/*\" + '\\'//'"),
            ("`// ${ a /* b */ } /* ${`//`} */`", "`// ${ a  } /* ${`//`} */`"),
            ("`\\`//\\${` // a",                  "`\\`//\\${` "),
            ("`${ { a: `}` /* b */ } }//`",       "`${ { a: `}`  } }//`"),
            ("a = /[/*]/ // b",                   "a = /[/*]/ "),
            ("a = /\\/*/g /* b */",               "a = /\\/*/g "),
            ("a / b // c / d",                    "a / b "),
            ("(a) / b /* c */ / d",               "(a) / b  / d"),
            ("a[0] / 2 // '",                     "a[0] / 2 "),
            ("if (a) /'/.test(b) // c",           "if (a) /'/.test(b) "),
            ("for await (a of b) /'/.test(a) //", "for await (a of b) /'/.test(a) "),
            ("a.if(b) / c / d // '",              "a.if(b) / c / d "),
            ("return /'/.test(a) // b",           "return /'/.test(a) "),
            ("a.return / b // '",                 "a.return / b "),
            ("1.5 / 2 // '",                      "1.5 / 2 "),
            ("this.#at / 2 // '",                 "this.#at / 2 "),
            ("x => /\"/.test(x) // \"",           "x => /\"/.test(x) "),
            ("[...a] // b",                       "[...a] "),
        ];
        for (text, expected) in cases {
            assert_eq!(lean(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_certain_is_left_as_it_is() {
        let cases = [
            "{} /'/ // a",   // a pattern after a block, or an object divided
            "a++ / 2 // b",  // certain to a reader of the whole alone
            "yield /a/ //b", // a name, or a word of a generator
            "'a // b",
            "`a // b",
            "a /* b",
            "(a] // b",
            "a) // b",
            "(a // b",
            "a = /b\n/ // c",
            "a // b\u{2028}c",
        ];
        for text in cases {
            assert_eq!(lean(text), None, "{text}");
        }
    }

    #[test]
    fn styles_lose_their_comments_and_nothing_else() {
        #[rustfmt::skip]
        let cases = [
            ("a { /* b */ color: red }",        Some("a {  color: red }")),
            ("a/**/b {}",                       Some("a/**/b {}")),
            ("/* a\n * b */\nc {}",             Some("\n\nc {}")),
            ("a::before { content: \"/* */\" }", Some("a::before { content: \"/* */\" }")),
            ("a { content: '\\'/*' /* b */ }",  Some("a { content: '\\'/*'  }")),
            ("a { src: url(//b/*/c) /* d */ }", Some("a { src: url(//b/*/c)  }")),
            ("a { content: '/* b }",            None),
            ("a { /* b }",                      None),
        ];
        for (text, expected) in cases {
            let lean = style(text.as_bytes()).map(|lean| String::from_utf8(lean).unwrap());
            assert_eq!(lean.as_deref(), expected, "{text}");
        }
    }
}
