//! What groups with what, and where faults are.

use super::*;

/// The tree with every parenthesis written.
fn shown(expr: &Expr) -> String {
    let joined =
        |parts: &[Expr], word: &str| format!("({})", parts.iter().map(shown).collect::<Vec<_>>().join(word));
    let path = |path: &Path| match &path.key {
        Some((key, _)) => format!("{}[{key:?}]", path.name),
        None => path.name.clone(),
    };
    match expr {
        Expr::Or(parts) => joined(parts, " or "),
        Expr::And(parts) => joined(parts, " and "),
        Expr::Not(inner) => format!("not({})", shown(inner)),
        Expr::Constant(value) => value.to_string(),
        Expr::Bare(bare) => path(bare),
        Expr::Compare { path: left, operator, operand, .. } => {
            let value = match &operand.value {
                Literal::Text(text) => format!("{text:?}"),
                Literal::Number(word) => word.clone(),
                Literal::Regex(pattern) => format!("r{pattern:?}"),
                Literal::Bool(value) => value.to_string(),
            };
            format!("{} {} {value}", path(left), operator.name())
        }
    }
}

#[test]
fn not_binds_tighter_than_and_which_binds_tighter_than_or() {
    for (text, tree) in [
        ("a and b or c", "((a and b) or c)"),
        ("a or b and c", "(a or (b and c))"),
        ("a || b && !c", "(a or (b and not(c)))"),
        ("not a and b", "(not(a) and b)"),
        ("not (a and b)", "not((a and b))"),
        ("not not a", "not(not(a))"),
        ("!a.b == 1", "not(a.b == 1)"),
        ("a AND b OR NOT c", "((a and b) or not(c))"),
        ("((a))", "a"),
        ("a and (b or c) and d", "(a and (b or c) and d)"),
        ("true and not false", "(true and not(false))"),
    ] {
        assert_eq!(parse(text).expect(text).as_ref().map(shown).as_deref(), Some(tree), "{text}");
    }
}

#[test]
fn a_test_is_a_path_an_operator_and_a_value() {
    for (text, tree) in [
        ("a.b . c==404", "a.b.c == 404"),
        ("a >= 250ms", "a >= 250ms"),
        ("a == 'x'", "a == \"x\""),
        ("a == r\"4.*\"", "a == r\"4.*\""),
        (r#"a =~ "^\d+$""#, r#"a =~ r"^\\d+$""#),
        (r"a =~ `\d`", r#"a =~ r"\\d""#),
        (r"a == `\d`", r#"a == "\\d""#),
        ("a contains \"x\"", "a contains \"x\""),
        ("a.contains(\"x\")", "a contains \"x\""),
        ("a.b.startsWith(\"x\") and c endsWith \"y\"", "(a.b startsWith \"x\" and c endsWith \"y\")"),
        ("a[\"x y\"] != \"z\"", "a[\"x y\"] != \"z\""),
        ("a[\"x\"].contains(\"z\")", "a[\"x\"] contains \"z\""),
        ("a[\"x\"]", "a[\"x\"]"),
        ("a == true", "a == true"),
        ("a == 10.0.0.0/8", "a == 10.0.0.0/8"),
        ("a.contains", "a.contains"),
    ] {
        assert_eq!(parse(text).expect(text).as_ref().map(shown).as_deref(), Some(tree), "{text}");
    }
}

#[test]
fn an_empty_filter_is_none() {
    assert_eq!(parse(""), Ok(None));
    assert_eq!(parse(" \n\t"), Ok(None));
}

#[test]
fn length_and_depth_are_bounded() {
    let nested = |levels: usize| format!("{}a{}", "(".repeat(levels), ")".repeat(levels));
    assert!(parse(&nested(MAX_DEPTH - 1)).is_ok());
    assert_eq!(parse(&nested(MAX_DEPTH)).expect_err("too deep").at.start, MAX_DEPTH);
    assert!(parse(&nested(4000)).is_err());
    assert!(parse(&"!".repeat(8000)).is_err());
    assert!(parse(&"a and ".repeat(1000)).is_err());
    assert!(parse(&format!("{}a", "a or ".repeat(1500))).is_ok());
    assert_eq!(parse(&"ä".repeat(5000)).expect_err("too long").at.start, MAX_LEN);
}
