//! Purchases.

use actix_web::HttpResponse;
use actix_web::web::Query;

use crate::http::reader::Paging;
use crate::http::reader::Reader;
use crate::problem::Problem;
use crate::store::ListOf;

type Answer = Result<HttpResponse, Problem>;

/// `GET /api/purchases`
pub async fn list(reader: Reader, paging: Query<Paging>) -> Answer {
    reader.may_list()?;
    let list = reader
        .page(
            ListOf::Purchases { buyer_id: reader.id().unwrap_or_default(), event_id: None },
            &paging,
        )
        .await?;
    Ok(reader.listed(&list))
}
