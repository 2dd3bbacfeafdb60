//! Scripts and styles without their comments, which are half of what a phone would fetch.
//!
//! Nothing but comments goes. Where a comment was, its line breaks stay: a fault still names the
//! line that the source has, and nothing that depends on a line's end changes. A script whose
//! comments can't be told from the rest for certain is left as it is.

/// The script without its comments; `None` where it can't be said for certain what they are.
pub fn strip_script(text: &[u8]) -> Option<Vec<u8>> {
    let mut stripper = ScriptStripper {
        text,
        position: 0,
        output: Vec::new(),
        previous: PreviousToken::Operator,
        open_brackets: vec![],
    };
    while stripper.position < text.len() {
        stripper.consume_token()?;
    }
    stripper.open_brackets.is_empty().then_some(stripper.output)
}

/// The style sheet without its comments; `None` where a string or an address has no end.
pub fn strip_style(text: &[u8]) -> Option<Vec<u8>> {
    let mut stripped = Vec::new();
    let mut position = 0;
    while position < text.len() {
        let rest = &text[position..];
        let end = match rest[0] {
            b'/' if rest.starts_with(b"/*") => {
                let length = find_end(rest, 2, b"*/")?;
                keep_line_breaks(&mut stripped, &rest[..length], rest.get(length), b"/**/");
                position += length;
                continue;
            }
            quote @ (b'"' | b'\'') => string_length(rest, quote)?,
            b'\\' => 2,
            b'(' if stripped.to_ascii_lowercase().ends_with(b"url") => find_end(rest, 1, b")")?,
            _ => 1,
        };
        stripped.extend_from_slice(rest.get(..end)?);
        position += end;
    }
    Some(stripped)
}

/// What stood before: it says whether a `/` divides or begins a pattern.
#[derive(Clone, Copy, PartialEq)]
enum PreviousToken {
    /// A value: `/` divides it.
    Value,
    /// A sign or a word that wants a value: `/` begins a pattern.
    Operator,
    /// A `.`, after which every word is a name.
    Dot,
    /// `if`, `while`, `for`, `with`, whose brackets are followed by a statement.
    ControlKeyword,
    /// Either may be.
    Ambiguous,
}

#[derive(Clone, Copy)]
enum OpenBracket {
    Paren {
        is_control: bool,
    },
    Square,
    Curly,
    /// `${` in a template.
    TemplateExpression,
}

struct ScriptStripper<'a> {
    text: &'a [u8],
    position: usize,
    output: Vec<u8>,
    previous: PreviousToken,
    open_brackets: Vec<OpenBracket>,
}

impl ScriptStripper<'_> {
    fn consume_token(&mut self) -> Option<()> {
        let rest = &self.text[self.position..];
        match rest[0] {
            b' ' | b'\t' | b'\n' | b'\r' => self.copy(1, self.previous),
            b'/' if rest.starts_with(b"//") => {
                let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
                self.skip_comment(end.unwrap_or(rest.len()))
            }
            b'/' if rest.starts_with(b"/*!") => self.copy(find_end(rest, 3, b"*/")?, self.previous),
            b'/' if rest.starts_with(b"/*") => self.skip_comment(find_end(rest, 2, b"*/")?),
            b'/' => match self.previous {
                PreviousToken::Value => self.copy(1, PreviousToken::Operator),
                PreviousToken::Operator => self.copy(regex_length(rest)?, PreviousToken::Value),
                _ => None,
            },
            quote @ (b'"' | b'\'') => self.copy(string_length(rest, quote)?, PreviousToken::Value),
            b'`' => self.copy_template(),
            byte if is_word_byte(byte) => self.copy_word(),
            _ => self.copy_punctuation(),
        }
    }

    fn copy(&mut self, length: usize, token: PreviousToken) -> Option<()> {
        self.output.extend_from_slice(self.text.get(self.position..self.position + length)?);
        self.position += length;
        self.previous = token;
        Some(())
    }

    fn skip_comment(&mut self, length: usize) -> Option<()> {
        let comment = &self.text[self.position..self.position + length];
        // U+2028 and U+2029 end lines too; nobody types them.
        if comment.windows(3).any(|bytes| matches!(bytes, [0xe2, 0x80, 0xa8 | 0xa9])) {
            return None;
        }
        self.position += length;
        keep_line_breaks(&mut self.output, comment, self.text.get(self.position), b" ");
        Some(())
    }

    /// From a template's first backtick, or from the `}` that ends what is put in.
    fn copy_template(&mut self) -> Option<()> {
        let rest = &self.text[self.position..];
        let mut end = 1;
        loop {
            match rest.get(end)? {
                b'`' => return self.copy(end + 1, PreviousToken::Value),
                b'$' if rest.get(end + 1) == Some(&b'{') => {
                    self.open_brackets.push(OpenBracket::TemplateExpression);
                    return self.copy(end + 2, PreviousToken::Operator);
                }
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
    }

    fn copy_word(&mut self) -> Option<()> {
        let rest = &self.text[self.position..];
        let is_number = rest[0].is_ascii_digit();
        let is_part = |byte: &u8| is_word_byte(*byte) || (is_number && *byte == b'.');
        let length = rest.iter().position(|byte| !is_part(byte)).unwrap_or(rest.len());
        let last = match &rest[..length] {
            _ if self.previous == PreviousToken::Dot || is_number => PreviousToken::Value,
            b"if" | b"while" | b"for" | b"with" => PreviousToken::ControlKeyword,
            b"await" if self.previous == PreviousToken::ControlKeyword => {
                PreviousToken::ControlKeyword
            }
            b"return" | b"typeof" | b"instanceof" | b"in" | b"new" | b"delete" | b"void"
            | b"throw" | b"case" | b"do" | b"else" | b"extends" | b"default" => {
                PreviousToken::Operator
            }
            b"of" | b"yield" | b"await" => PreviousToken::Ambiguous,
            _ => PreviousToken::Value,
        };
        self.copy(length, last)
    }

    fn copy_punctuation(&mut self) -> Option<()> {
        let rest = &self.text[self.position..];
        match rest[0] {
            b'(' => self.open_brackets.push(OpenBracket::Paren {
                is_control: self.previous == PreviousToken::ControlKeyword,
            }),
            b'[' => self.open_brackets.push(OpenBracket::Square),
            b'{' => self.open_brackets.push(OpenBracket::Curly),
            b')' | b']' | b'}' => return self.close_bracket(rest[0]),
            b'.' if rest.starts_with(b"...") => return self.copy(3, PreviousToken::Operator),
            b'.' => return self.copy(1, PreviousToken::Dot),
            b'+' | b'-' if rest.get(1) == Some(&rest[0]) => {
                return self.copy(2, PreviousToken::Ambiguous);
            }
            // What is escaped in a name, or stands before the first line.
            b'\\' => return None,
            _ => {}
        }
        self.copy(1, PreviousToken::Operator)
    }

    fn close_bracket(&mut self, bracket: u8) -> Option<()> {
        match (self.open_brackets.pop()?, bracket) {
            (OpenBracket::TemplateExpression, b'}') => self.copy_template(),
            (OpenBracket::Paren { is_control: true }, b')') => {
                self.copy(1, PreviousToken::Operator)
            }
            (OpenBracket::Paren { .. }, b')') | (OpenBracket::Square, b']') => {
                self.copy(1, PreviousToken::Value)
            }
            // The end of a block or of an object.
            (OpenBracket::Curly, b'}') => self.copy(1, PreviousToken::Ambiguous),
            _ => None,
        }
    }
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'#') || byte >= 0x80
}

/// How far it is to the end of the first `end` at or after `from`.
fn find_end(text: &[u8], from: usize, delimiter: &[u8]) -> Option<usize> {
    let position =
        text.get(from..)?.windows(delimiter.len()).position(|bytes| bytes == delimiter)?;
    Some(from + position + delimiter.len())
}

/// The length of a string with its quotes.
fn string_length(text: &[u8], quote: u8) -> Option<usize> {
    let mut index = 1;
    loop {
        match *text.get(index)? {
            byte if byte == quote => return Some(index + 1),
            b'\n' | b'\r' => return None,
            b'\\' => index += 2,
            _ => index += 1,
        }
    }
}

/// The length of a pattern between its strokes.
fn regex_length(text: &[u8]) -> Option<usize> {
    let mut index = 1;
    let mut is_class = false;
    loop {
        match *text.get(index)? {
            b'\n' | b'\r' => return None,
            b'\\' => index += 1,
            b'[' => is_class = true,
            b']' => is_class = false,
            b'/' if !is_class => return Some(index + 1),
            _ => {}
        }
        index += 1;
    }
}

/// What is left of a comment: its line breaks, or what keeps its neighbours apart.
fn keep_line_breaks(output: &mut Vec<u8>, comment: &[u8], next: Option<&u8>, separator: &[u8]) {
    let breaks = comment.iter().filter(|byte| matches!(byte, b'\n' | b'\r'));
    let before = output.len();
    output.extend(breaks);
    let is_apart = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
    if output.len() == before && !is_apart(output.last()) && !is_apart(next) {
        output.extend_from_slice(separator);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped_script(text: &str) -> Option<String> {
        strip_script(text.as_bytes()).map(|lean| String::from_utf8(lean).unwrap())
    }

    #[test]
    fn only_comments_are_stripped_from_scripts() {
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
            assert_eq!(stripped_script(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn ambiguous_scripts_are_left_unchanged() {
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
            assert_eq!(stripped_script(text), None, "{text}");
        }
    }

    #[test]
    fn only_comments_are_stripped_from_styles() {
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
            let lean = strip_style(text.as_bytes()).map(|lean| String::from_utf8(lean).unwrap());
            assert_eq!(lean.as_deref(), expected, "{text}");
        }
    }
}
