//! Entries over time, by outcome.
#![expect(unused_qualifications, reason = "written by utoipa's macro")]

use super::{App, error::Problem, scope::scope};
use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use mizu_entry::{
    Timestamp,
    api::{ApiError, Histogram, HistogramBar},
    record::Outcome,
};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

const DEFAULT_BARS: i64 = 60;
const MAX_BARS: i64 = 500;
/// Widths that people read off an axis, in milliseconds.
const WIDTHS: &[i64] = &[
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000,
    300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000,
    86_400_000,
];

/// What the histogram takes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistogramParameters {
    /// The filter; empty for all.
    query: Option<String>,
    /// Begin: RFC 3339 or `now-15m`; the oldest match if not given.
    from: Option<String>,
    /// End: RFC 3339 or `now-15m`; the newest match if not given.
    to: Option<String>,
    /// Bars at most: 1 to 500, default 60.
    buckets: Option<i64>,
}

/// How many entries there were when.
#[utoipa::path(get, path = "/api/histogram", tag = "entries", params(HistogramParameters),
    responses((status = 200, body = Histogram), (status = "default", body = ApiError)))]
pub(crate) async fn histogram(
    State(app): State<Arc<App>>,
    parameters: Result<Query<HistogramParameters>, QueryRejection>,
) -> Result<Json<Histogram>, Problem> {
    let Query(given) = parameters?;
    let bars = given.buckets.unwrap_or(DEFAULT_BARS);
    if !(1..=MAX_BARS).contains(&bars) {
        return Err(Problem::bad_request(format!("`buckets` has to be 1 to {MAX_BARS}")));
    }
    let scope = scope(given.query.as_deref(), given.from.as_deref(), given.to.as_deref(), None)?;
    let (first, last) = match (scope.from, scope.to) {
        (Some(from), Some(to)) => (from, to.saturating_sub(1)),
        (from, to) => match app.store.span(&scope).await? {
            Some((first, last)) => (from.unwrap_or(first), to.map_or(last, |to| to.saturating_sub(1))),
            None => {
                return Ok(Json(Histogram {
                    from: String::new(),
                    to: String::new(),
                    bar_ms: 0,
                    bars: vec![],
                }));
            }
        },
    };
    if last < first {
        return Err(Problem::bad_request("`from` has to lie before `to`"));
    }
    let axis = Axis::over(first / 1_000_000, last / 1_000_000, bars);
    let mut counts = vec![[0_u64; 4]; usize::try_from(axis.bars).unwrap_or(0)];
    for found in app.store.histogram(&scope, axis.start_ms, axis.width_ms).await? {
        if let Some(count) = usize::try_from(found.bar).ok().and_then(|bar| counts.get_mut(bar)) {
            let [ok, client_error, server_error, no_reply] = count;
            *match found.outcome {
                Outcome::Ok => ok,
                Outcome::ClientError => client_error,
                Outcome::ServerError => server_error,
                Outcome::NoReply => no_reply,
            } += found.count;
        }
    }
    Ok(Json(axis.histogram(&counts)))
}

/// Bars of a round width that begin at a multiple of it.
#[derive(Debug, PartialEq, Eq)]
struct Axis {
    start_ms: i64,
    width_ms: i64,
    bars: i64,
}

impl Axis {
    /// The narrowest bars that cover both moments with at most `bars` of them.
    fn over(first_ms: i64, last_ms: i64, bars: i64) -> Self {
        let day = 86_400_000;
        let days = (1..).map(|n: i64| day << n.min(24));
        for width_ms in WIDTHS.iter().copied().chain(days) {
            let start_ms = first_ms - first_ms.rem_euclid(width_ms);
            let needed = (last_ms - start_ms) / width_ms + 1;
            if needed <= bars || width_ms >= day << 24 {
                return Self { start_ms, width_ms, bars: needed.min(bars) };
            }
        }
        unreachable!("the last width is wider than time")
    }

    fn histogram(&self, counts: &[[u64; 4]]) -> Histogram {
        let at = |bar: i64| {
            let ms = u64::try_from(self.start_ms + bar * self.width_ms).unwrap_or(0);
            Timestamp(ms.saturating_mul(1_000_000)).rfc3339()
        };
        let bars = (0..).zip(counts).map(|(bar, &[ok, client_error, server_error, no_reply])| HistogramBar {
            start: at(bar),
            ok,
            client_error,
            server_error,
            no_reply,
        });
        Histogram {
            from: at(0),
            to: at(self.bars),
            bar_ms: u64::try_from(self.width_ms).unwrap_or(0),
            bars: bars.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_have_a_round_width_and_cover_both_ends() {
        for (first, last, bars, want) in [
            (0, 0, 60, Axis { start_ms: 0, width_ms: 1, bars: 1 }),
            (1_500, 61_400, 60, Axis { start_ms: 0, width_ms: 2_000, bars: 31 }),
            (1_500, 60_400, 60, Axis { start_ms: 1_000, width_ms: 1_000, bars: 60 }),
            (0, 3_600_000 * 24 * 400, 60, Axis { start_ms: 0, width_ms: 86_400_000 * 8, bars: 51 }),
        ] {
            assert_eq!(Axis::over(first, last, bars), want);
        }
    }
}
