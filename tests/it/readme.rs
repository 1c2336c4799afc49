//! What the README shows is so, and so are the command pages under tests/cmd.

use crate::pages;

#[test]
fn the_commands_of_the_readme() {
    pages::check_page("README.md");
}

#[test]
fn the_command_pages() {
    for page in pages::pages("tests/cmd") {
        pages::check_page(&page);
    }
}
