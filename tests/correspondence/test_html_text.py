"""An HTML letter is read as it is shown, without what it quotes."""

import pytest

from bot.correspondence.html_text import HISTORY, html_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<p>a</p><p>b &amp; c&nbsp;d &#228;</p>", "a\n\nb & c d ä"),
        ("<div>a\n  b</div><div>c</div>", "a b\nc"),
        ("<pre>a\n b</pre>", "a\nb"),
        ("<ol><li>x</li></ol>", "- x"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<head><title>t</title></head><body>x<script>s</script><style>y</style></body>", "x"),
        ("x<!-- c -->y<!--[if mso]>z<![endif]-->", "xy"),
        ("x<span style='display: none'>h</span><i hidden>h</i><b style='font-size:0'>h</b>", "x"),
        ("<p>a</p><blockquote>q</blockquote><p>b</p>", "a\n\n>\n\nb"),
        ("a<div id='appendonsend'></div>b", f"a\n{HISTORY}"),
        ("a<div class='gmail_signature'>Jo</div>b", "a\nb"),
        ("a<div id='Signature'>And how?</div>", "a\nAnd how?"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<![CDATA[x]]>a<?php b ?>c", "ac"),
        ("<p>never closed <b>bold", "never closed bold"),
        ("<img src='data:image/png;base64,AAAA'>a", "a"),
        ("http://example.org/", "http://example.org/"),
        ("", ""),
    ],
)
def test_html_is_read_as_shown(html, text):
    assert html_text(html) == text
