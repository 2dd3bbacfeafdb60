//! The handlers of all writes whose path and body say everything: one for each shape of request.

use actix_web::HttpResponse;

use crate::http::json_body::JsonBody;
use crate::http::path::{FromPath, Path};
use crate::http::write_context::{WriteContext, empty_body_hash};
use crate::input::FieldReader;
use crate::problem::Problem;
use crate::store::mutation::RequestMutation;

/// Reads a mutation from path and body, and commits it.
pub async fn commit<M>(
    ctx: WriteContext,
    path: Path<M::Path>,
    body: JsonBody,
) -> Result<HttpResponse, Problem>
where
    M: RequestMutation,
    M::Path: FromPath,
{
    run::<M>(ctx, path, body.fields(), body.hash()).await
}

/// The same where all is in the path: what the body says is not looked at.
pub async fn commit_without_body<M>(
    ctx: WriteContext,
    path: Path<M::Path>,
) -> Result<HttpResponse, Problem>
where
    M: RequestMutation,
    M::Path: FromPath,
{
    run::<M>(ctx, path, FieldReader::empty(), empty_body_hash()).await
}

async fn run<M: RequestMutation>(
    ctx: WriteContext,
    path: Path<M::Path>,
    mut fields: FieldReader<'_>,
    body_hash: String,
) -> Result<HttpResponse, Problem> {
    let mutation = M::read(path.into_inner(), &mut fields);
    let checked = fields.finish();
    let authorized = if M::PERMISSION_NEEDS_BODY {
        checked?;
        ctx.authorize(mutation).await?
    } else {
        // Who may not write learns nothing of the fields.
        let authorized = ctx.authorize(mutation).await?;
        checked?;
        authorized
    };
    let outcome = ctx.commit(authorized, body_hash).await?;
    Ok(ctx.outcome_response(M::CREATED_BELOW, &outcome))
}
