//! Do the texts that people really bring come to what really happens? `expected.txt` of each folder of `cases` is what
//! the program `playground` prints for its steps, reviewed; the last line is the exit status.

use std::fs;

use dualstack_tests::cases;
use dualstack_tests::playground::play;

#[test]
fn every_case_comes_to_what_really_happens() {
    let mut wrong = Vec::new();
    let cases = cases::all();
    assert!(!cases.is_empty(), "there are no cases");
    for case in cases {
        let played = play(&case.options);
        let text = format!("{}[exit {}]\n", played.text, played.status);
        let path = case.folder.join("expected.txt");
        if std::env::var_os("UPDATE_CASES").is_some() {
            fs::write(&path, &text).expect("it can be written");
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if text != expected {
            wrong.push(format!("{}:\n--- expected\n{expected}--- printed\n{text}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
