//! The tables, the same in both databases. Times are milliseconds since 1970.

diesel::table! {
    settings (name) { name -> Text, value -> Text, }
}

diesel::table! {
    users (id) {
        id -> BigInt,
        email -> Nullable<Text>,
        name -> Text,
        role -> Text,
        disabled -> Bool,
        password_hash -> Nullable<Text>,
        version -> BigInt,
        created_at -> BigInt,
        generation -> BigInt,
        tokens_valid_from -> BigInt,
    }
}

diesel::table! {
    sessions (id) { id -> Text, user_id -> BigInt, created_at -> BigInt, expires_at -> BigInt, }
}

diesel::table! {
    identities (issuer, subject) {
        issuer -> Text,
        subject -> Text,
        user_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    teams (id) {
        id -> BigInt,
        name -> Text,
        short_name -> Text,
        colour -> Nullable<Text>,
        visibility -> Text,
        created_by -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    players (id) {
        id -> BigInt,
        team_id -> BigInt,
        name -> Text,
        shirt_number -> Nullable<Integer>,
        version -> BigInt,
    }
}

diesel::table! {
    members (team_id, user_id) { team_id -> BigInt, user_id -> BigInt, role -> Text, }
}

diesel::table! {
    matches (id) {
        id -> BigInt,
        sport -> Text,
        format -> Text,
        home_team_id -> BigInt,
        away_team_id -> BigInt,
        starts_at -> Nullable<BigInt>,
        venue -> Nullable<Text>,
        visibility -> Text,
        created_by -> BigInt,
        version -> BigInt,
        status -> Text,
        home_score -> BigInt,
        away_score -> BigInt,
        entry_count -> BigInt,
        last_hash -> Text,
        created_at -> BigInt,
        event_id -> Nullable<BigInt>,
        event_is_public -> Bool,
        home_agreed -> Bool,
        away_agreed -> Bool,
        stage -> Nullable<Text>,
        round -> Nullable<Text>,
        group_name -> Nullable<Text>,
        pitch -> Nullable<Text>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    officials (match_id, user_id) { match_id -> BigInt, user_id -> BigInt, role -> Text, }
}

diesel::table! {
    entries (match_id, number) {
        match_id -> BigInt,
        number -> BigInt,
        body -> Text,
        hash -> Text,
    }
}

diesel::table! {
    streams (id) {
        id -> BigInt,
        topic -> Text,
        head_seq -> BigInt,
        pruned_seq -> BigInt,
    }
}

diesel::table! {
    stream_states (stream_id, channel) {
        stream_id -> BigInt,
        channel -> Text,
        state -> Text,
        public_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    messages (stream_id, seq) {
        stream_id -> BigInt,
        seq -> BigInt,
        channel -> Nullable<Text>,
        kind -> Text,
        label -> Nullable<Text>,
        envelope -> Text,
        committed_at -> BigInt,
    }
}

diesel::table! {
    idempotency (record_id) {
        record_id -> Binary,
        secret_id -> Binary,
        request_hash -> Binary,
        status -> Integer,
        answer -> Nullable<Text>,
        sealed_answer -> Nullable<Binary>,
        etag -> Nullable<Text>,
        told_topic -> Nullable<Text>,
        told_seq -> Nullable<BigInt>,
        created_at -> BigInt,
        match_id -> Nullable<BigInt>,
        entry_number -> Nullable<BigInt>,
    }
}

diesel::table! {
    tickets (hash) { hash -> Text, granted -> Text, expires_at -> BigInt, }
}

diesel::table! {
    events (id) {
        id -> BigInt,
        name -> Text,
        sport -> Text,
        visibility -> Text,
        ranking -> Text,
        sales -> Text,
        created_by -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    managers (event_id, user_id) { event_id -> BigInt, user_id -> BigInt, }
}

diesel::table! {
    registrations (id) {
        id -> BigInt,
        event_id -> BigInt,
        user_id -> Nullable<BigInt>,
        team_id -> Nullable<BigInt>,
        accepted -> Bool,
        deduction -> BigInt,
        reason -> Nullable<Text>,
        version -> BigInt,
    }
}

diesel::table! {
    results (match_id) {
        match_id -> BigInt,
        event_id -> Nullable<BigInt>,
        home_team_id -> BigInt,
        away_team_id -> BigInt,
        home_score -> BigInt,
        away_score -> BigInt,
        verdict -> Text,
        body -> Text,
        entered_at -> BigInt,
        home_runs -> Nullable<BigInt>,
        home_balls -> Nullable<BigInt>,
        away_runs -> Nullable<BigInt>,
        away_balls -> Nullable<BigInt>,
        balls_per_over -> Nullable<BigInt>,
    }
}

diesel::table! {
    announcements (id) {
        id -> BigInt,
        event_id -> BigInt,
        kind -> Text,
        priority -> Text,
        title -> Text,
        message -> Text,
        targeted -> Bool,
        expires_at -> Nullable<BigInt>,
        expired -> Bool,
        created_by -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    audiences (announcement_id, team_id) { announcement_id -> BigInt, team_id -> BigInt, }
}

diesel::table! {
    purchases (number) {
        number -> BigInt,
        id -> Text,
        event_id -> BigInt,
        buyer_id -> BigInt,
        ticket_type -> Text,
        quantity -> BigInt,
        amount -> Nullable<BigInt>,
        currency -> Nullable<Text>,
        status -> Text,
        version -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    seats (code) {
        code -> Text,
        number -> BigInt,
        purchase_id -> Text,
        event_id -> BigInt,
        ticket_type -> Text,
        status -> Text,
        used_at -> Nullable<BigInt>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    users,
    sessions,
    identities,
    teams,
    members,
    matches,
    officials,
    events,
    managers,
    registrations,
    results,
    announcements,
    audiences,
    purchases,
    seats,
);

diesel::allow_tables_to_appear_in_same_query!(streams, stream_states);
