//! Announcements.

use actix_web::HttpResponse;
use actix_web::web::Query;

use crate::http::reader::Paging;
use crate::http::reader::Reader;
use crate::problem::Problem;
use crate::store::AnnouncementFilter;
use crate::store::ListOf;

type Answer = Result<HttpResponse, Problem>;

/// `GET /api/announcements`
pub async fn list(reader: Reader, paging: Query<Paging>) -> Answer {
    reader.may_list()?;
    let list = reader
        .page(
            ListOf::Announcements {
                seen_by: reader.seen_by(),
                filter: AnnouncementFilter::default(),
            },
            &paging,
        )
        .await?;
    Ok(reader.listed(&list))
}
