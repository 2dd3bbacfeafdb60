//! Strips comments from scripts and styles: half of what a phone would download.
//!
//! Nothing else is removed. The line breaks of comments stay, so that errors still name the lines
//! of the source, and code that depends on line ends works the same. A script whose comments can't
//! be identified for certain is left unchanged.

/// Strips the comments of a script; `None` if they can't be identified for certain.
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

/// Strips the comments of a style sheet; `None` if a comment, string or URL is unterminated.
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

/// The previous token, which decides whether a `/` divides or begins a regular expression.
#[derive(Clone, Copy, PartialEq)]
enum PreviousToken {
    /// A value: a `/` divides it.
    Value,
    /// An operator or keyword before a value: a `/` begins a regular expression.
    Operator,
    /// A `.`: the next word is a property name.
    Dot,
    /// `if`, `while`, `for` or `with`: a statement follows their parentheses.
    ControlKeyword,
    /// A `/` could be either.
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
        // U+2028 and U+2029 end lines too, but don't occur in practice.
        if comment.windows(3).any(|bytes| matches!(bytes, [0xe2, 0x80, 0xa8 | 0xa9])) {
            return None;
        }
        self.position += length;
        keep_line_breaks(&mut self.output, comment, self.text.get(self.position), b" ");
        Some(())
    }

    /// Copies a template literal from its backtick, or from the `}` that ends an expression in it.
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
        let token = match &rest[..length] {
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
        self.copy(length, token)
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
            // A Unicode escape in a name, or a hashbang-like start.
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
            // The end of a block or of an object literal.
            (OpenBracket::Curly, b'}') => self.copy(1, PreviousToken::Ambiguous),
            _ => None,
        }
    }
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'#') || byte >= 0x80
}

/// The offset after the first `delimiter` at or after `from`.
fn find_end(text: &[u8], from: usize, delimiter: &[u8]) -> Option<usize> {
    let position =
        text.get(from..)?.windows(delimiter.len()).position(|bytes| bytes == delimiter)?;
    Some(from + position + delimiter.len())
}

/// The length of a string literal including its quotes.
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

/// The length of a regular expression literal including its slashes.
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

/// Keeps a comment's line breaks; without any, a separator if its neighbours would touch.
fn keep_line_breaks(output: &mut Vec<u8>, comment: &[u8], next: Option<&u8>, separator: &[u8]) {
    let breaks = comment.iter().filter(|byte| matches!(byte, b'\n' | b'\r'));
    let old_length = output.len();
    output.extend(breaks);
    let is_separated = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
    if output.len() == old_length && !is_separated(output.last()) && !is_separated(next) {
        output.extend_from_slice(separator);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped_script(text: &str) -> Option<String> {
        strip_script(text.as_bytes()).map(|stripped| String::from_utf8(stripped).unwrap())
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
            "{} /'/ // a",   // a regex after a block, or a division of an object
            "a++ / 2 // b",  // needs a full parser
            "yield /a/ //b", // a variable, or the keyword of a generator
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
            let stripped =
                strip_style(text.as_bytes()).map(|stripped| String::from_utf8(stripped).unwrap());
            assert_eq!(stripped.as_deref(), expected, "{text}");
        }
    }
}
