//! From the filter as written to the filter as understood: names become fields, values get types.
//!
//! In: an [`Expr`]. Out: a [`Plan`]. Every fault says what would be right, where it can: the nearest field, the operators
//! of the field's kind, the form of its values.

use std::ops::Range as Span;

use crate::ast::{Expr, Literal, Operand, Operator, Path};
use crate::error::Fault;
use crate::field::{self, Field, Kind, http::PSEUDO_HEADERS};
use crate::pattern::Pattern;
use crate::plan::{Check, Plan, Test, TextCheck};
use crate::suggest::nearest;
use crate::value;

/// Understands a filter.
pub(crate) fn resolve(expr: &Expr) -> Result<Plan, Fault> {
    Ok(match expr {
        Expr::Or(parts) => Plan::Any(parts.iter().map(resolve).collect::<Result<_, _>>()?),
        Expr::And(parts) => Plan::All(parts.iter().map(resolve).collect::<Result<_, _>>()?),
        Expr::Not(inner) => Plan::Not(Box::new(resolve(inner)?)),
        Expr::Constant(value) => Plan::Constant(*value),
        Expr::Bare(path) => return bare(path),
        Expr::Compare { path, operator, at, operand } => return compare(path, *operator, at, operand),
    })
}

/// A macro, or a field that is to be there.
fn bare(path: &Path) -> Result<Plan, Fault> {
    if path.key.is_none()
        && let Some(word) = field::find_macro(&path.name)
    {
        // The table's own text: its test parses each.
        let expr = crate::parser::parse(word.text)?;
        return expr.as_ref().map_or(Ok(Plan::Constant(true)), resolve);
    }
    let (field, key) = find(path)?;
    Ok(Plan::Test(Test { field, key, check: Check::Truth, negated: false }))
}

fn compare(path: &Path, operator: Operator, at: &Span<usize>, operand: &Operand) -> Result<Plan, Fault> {
    if path.key.is_none() && field::find_macro(&path.name).is_some() && field::find(&path.name).is_none() {
        let message = format!("`{}` is a condition by itself: it is not compared", path.name);
        return Err(Fault::new(path.at.clone(), message).or(Some("protocol")));
    }
    let (field, key) = find(path)?;
    if !field.kind.operators().contains(&operator) {
        let names: Vec<_> = field.kind.operators().iter().map(|operator| operator.name()).collect();
        let message = format!(
            "`{}` cannot stand with `{}`, which takes {}",
            operator.name(),
            field.path,
            names.join(" ")
        );
        return Err(Fault::new(at.clone(), message));
    }
    let check = check(field, operator, operand)?;
    let negated = matches!(operator, Operator::NotEqual | Operator::NotMatches);
    Ok(Plan::Test(Test { field, key, check, negated }))
}

/// The field that a path names, and the key as the map writes it.
fn find(path: &Path) -> Result<(&'static Field, Option<String>), Fault> {
    let Some(field) = field::find(&path.name) else { return Err(unknown(path)) };
    match (&path.key, field.kind) {
        (None, Kind::Map) => {
            let example = format!("{}[\"name\"]", path.name);
            Err(Fault::new(path.at.clone(), format!("`{}` needs a name: {example}", path.name)))
        }
        (Some((_, at)), kind) if kind != Kind::Map => {
            Err(Fault::new(at.clone(), format!("`{}` has no names in brackets", path.name)).or(Some("")))
        }
        (None, _) => Ok((field, None)),
        (Some((key, _)), _) => {
            let key = if field.path.ends_with(".headers") { key.to_ascii_lowercase() } else { key.clone() };
            let stands_for = PSEUDO_HEADERS.iter().find(|(map, name, _)| *map == field.path && *name == key);
            match stands_for.and_then(|(_, _, path)| field::find(path)) {
                Some(field) => Ok((field, None)),
                None => Ok((field, Some(key))),
            }
        }
    }
}

fn unknown(path: &Path) -> Fault {
    let fields = field::all().flat_map(|field| field.aliases.iter().copied().chain([field.path]));
    let macros = field::MACROS.iter().flat_map(|word| word.aliases.iter().copied().chain([word.name]));
    // What people forget is the beginning: `status` of `response`, `headers` of `request`.
    let ending =
        || field::all().map(|field| field.path).find(|known| known.ends_with(&format!(".{}", path.name)));
    let suggestion = nearest(&path.name, fields.chain(macros)).or_else(ending);
    let root = path.name.split('.').next().unwrap_or_default();
    let under: Vec<_> =
        field::all().map(|field| field.path).filter(|known| known.split('.').next() == Some(root)).collect();
    let message = if under.is_empty() || !path.name.contains('.') {
        format!("No field `{}`", path.name)
    } else {
        format!("No field `{}`: `{root}` has {}", path.name, under.join(", "))
    };
    Fault::new(path.at.clone(), message).or(suggestion)
}

fn check(field: &Field, operator: Operator, operand: &Operand) -> Result<Check, Fault> {
    let matching = matches!(operator, Operator::Matches | Operator::NotMatches);
    if let Literal::Regex(written) = &operand.value {
        let equality = matches!(operator, Operator::Equal | Operator::NotEqual);
        if !matching && !equality {
            let message = format!("`{}` takes a text, not a regular expression", operator.name());
            return Err(Fault::new(operand.at.clone(), message));
        }
        if !field.kind.operators().contains(&Operator::Matches) {
            let message = format!("`{}` is not compared with a regular expression", field.path);
            return Err(Fault::new(operand.at.clone(), message));
        }
        return pattern(written, operand);
    }
    if matching {
        let message = format!("`{}` wants a regular expression: r\"…\"", operator.name());
        return Err(Fault::new(operand.at.clone(), message));
    }
    let value = || match &operand.value {
        Literal::Text(text) | Literal::Number(text) | Literal::Regex(text) => text.clone(),
        Literal::Bool(value) => value.to_string(),
    };
    match operator {
        Operator::Contains => return Ok(Check::Text(TextCheck::Contains(value()))),
        Operator::StartsWith => return Ok(Check::Text(TextCheck::StartsWith(value()))),
        Operator::EndsWith => return Ok(Check::Text(TextCheck::EndsWith(value()))),
        _ => {}
    }
    value::check(field, operator, &value(), &operand.value)
        .map_err(|refusal| Fault::new(operand.at.clone(), refusal.message).or(refusal.suggestion))
}

fn pattern(written: &str, operand: &Operand) -> Result<Check, Fault> {
    Pattern::new(written).map(|pattern| Check::Text(TextCheck::Matches(Box::new(pattern)))).map_err(
        |(span, message)| {
            // The expression stands behind its opening quote, before which an `r` may stand.
            let inner = operand.at.end.saturating_sub(1 + written.len());
            Fault::new(inner + span.start..inner + span.end, message)
        },
    )
}
