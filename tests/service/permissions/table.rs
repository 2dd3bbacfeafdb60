//! The permission table, written independently of the tested code.

/// All roles, in the order of the columns below.
pub const ROLES: [&str; 12] = [
    "anonymous",
    "expired token",
    "stranger",
    "registered user",
    "member of a registered team",
    "coach",
    "manager of a team",
    "event manager",
    "buyer",
    "scorer",
    "referee",
    "admin",
];

/// `y`: allowed; `1`, `3`, `4`: rejected with 401, 403, 404.
#[rustfmt::skip]
const PERMISSIONS: [(&str, &str, &str); 20] = [
    // permission           public              private
    //                      aesrmctebsra        aesrmctebsra
    ("open",               "yyyyyyyyyyyy",     "yyyyyyyyyyyy"),
    ("list",               "y1yyyyyyyyyy",     "y1yyyyyyyyyy"),
    ("sign in",            "11yyyyyyyyyy",     "11yyyyyyyyyy"),
    ("administer",         "11333333333y",     "11333333333y"),
    ("own account",        "11y33333333y",     "11y33333333y"),
    ("read event",         "y1yyyyyyyyyy",     "114yyyyy444y"),
    ("buy",                "11yyyyyyyyyy",     "114yyyyy444y"),
    ("edit event",         "1133333y333y",     "1143333y444y"),
    ("read match",         "y1yyyyyyyyyy",     "114yyyyy4yyy"),
    ("sync match",         "11yyyyyyyyyy",     "114yyyyy4yyy"),
    // An action that no sport declares is not found, whatever somebody may do.
    ("no such action",     "114444444444",     "114444444444"),
    ("record",             "1133333y3yyy",     "1143333y4yyy"),
    ("run match",          "1133333y33yy",     "1143333y43yy"),
    ("edit match",         "1133333y333y",     "1143333y433y"),
    ("read team",          "y1yyyyyyyyyy",     "113yyyyy333y"),
    ("read members",       "1133yyy3333y",     "1133yyy3333y"),
    ("edit team",          "113333y3333y",     "113333y3333y"),
    ("read for home team", "y1yyyyyyyyyy",     "114yyyyy444y"),
    ("read purchase",      "11444444y44y",     "11444444y44y"),
    ("edit purchase",      "1144444y344y",     "1144444y344y"),
];

/// Returns the status of the rejection, or `None` if the request is allowed.
pub fn refused(right: &str, role: usize, private: bool) -> Option<u16> {
    let (_, public_world, private_world) =
        PERMISSIONS.iter().find(|(known, ..)| *known == right).expect("a permission of the table");
    let column = if private { private_world } else { public_world };
    match column.as_bytes()[role] {
        b'y' => None,
        b'1' => Some(401),
        b'3' => Some(403),
        b'4' => Some(404),
        other => panic!("{other} in the table"),
    }
}
