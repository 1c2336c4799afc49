#![no_main]

kqlhunt_fuzz::target!(kqlhunt_fuzz::checks::lexer);
