"""Bytes are read in the characters that were meant, flowed lines as the paragraphs that were written."""

import pytest

from bot.correspondence.texts import decoded, flowed

GERMAN = "Grüße aus Köln"


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        (GERMAN.encode(), "utf-8", GERMAN),
        (GERMAN.encode("latin-1"), "utf-8", GERMAN),
        (GERMAN.encode("latin-1"), None, GERMAN),
        (GERMAN.encode("latin-1"), "no-such-charset", GERMAN),
        (GERMAN.encode("latin-1"), "us-ascii", GERMAN),
        (GERMAN.encode(), "iso-8859-1", GERMAN),
        (GERMAN.encode(), "us-ascii", GERMAN),
        (GERMAN.encode(), "zlib", GERMAN),
        (GERMAN.encode(), "punycode", GERMAN),
        (GERMAN.encode(), "utf-8\0", GERMAN),
        ("Ende: ü".encode()[:-1], "utf-8", "Ende: Ã"),
        ("Äpfel ü".encode()[:-1], "utf-8", "Äpfel "),
        ("“so” – 5 €".encode("cp1252"), "iso-8859-1", "“so” – 5 €"),
        ("質問".encode("iso-2022-jp"), "iso-2022-jp", "質問"),
        ("質问㐀".encode("gb18030"), "gb2312", "質问㐀"),
        ("вопрос".encode("koi8-r"), "koi8-r", "вопрос"),
        ("질문".encode("cp949"), "ks_c_5601-1987", "질문"),
        ("a\r\nb\rc\u2028d\0\x07\u200be\xa0f".encode(), "utf-8", "a\nb\nc\nde f"),
    ],
)
def test_characters_are_read_as_meant(data, charset, text):
    assert decoded(data, charset) == text


@pytest.mark.parametrize(
    ("written", "text", "delete_space"),
    [
        ("one \ntwo\nthree", "one two\nthree", False),
        ("one \n two \n\nthree", "one two \n\nthree", False),
        ("schöne \nGrü \nße", "schöneGrüße", True),
        ("> a \n> b\nown", "> a b\nown", False),
        ("> a \nown", "> a \nown", False),
        ("text\n-- \nJo", "text\n-- \nJo", False),
        (" From here\n >no quote", "From here\n>no quote", False),
    ],
)
def test_flowed_lines_are_joined(written, text, delete_space):
    assert flowed(written, delete_space=delete_space) == text
