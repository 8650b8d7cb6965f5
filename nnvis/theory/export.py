"""The theory pages for reading elsewhere: as Markdown and as HTML, with everything looked up and worked out. Qt-free.

`make theory` writes them to resources/theory/pages; a test fails when they are not what this gives.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from nnvis.theory.article import (
    GROUPS,
    Article,
    Block,
    Code,
    Displayed,
    Example,
    Figure,
    Heading,
    Paragraph,
    ShowMe,
    YourTurn,
    articles,
)  # fmt: skip

_STYLE = """\
:root { color-scheme: light dark; --ink: #151a23; --soft: #4d586a; --ground: #f5f7fa; --card: #fff; --accent: #00796a }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9edf4; --soft: #a2adbf; --ground: #131720; --card: #191e29; --accent: #3ddbb3 }
}
body { font: 16px/1.55 Inter, system-ui, sans-serif; color: var(--ink); background: var(--ground);
  max-width: 46rem; margin: 2rem auto; padding: 0 1.25rem }
h1 { font-size: 1.6rem; margin-bottom: .25rem } h2 { font-size: 1.1rem; margin-top: 2rem }
a { color: var(--accent) } nav, figcaption, .words { color: var(--soft); font-size: .875rem }
.question { font-size: 1.1rem } .tag { color: var(--accent) }
.equation { margin: 1rem 0 } .equation math { font-size: 1.5rem }
.card { background: var(--card); border-radius: 8px; padding: .75rem 1.25rem; margin: 1.25rem 0 }
pre { background: var(--card); padding: .75rem 1.25rem; border-radius: 8px; overflow-x: auto }
figure { margin: 1.5rem 0 } img { max-width: 100% }
"""

_MARK = re.compile(
    r"\$(?P<formula>[^$]+)\$|\*(?P<strong>[^*]+)\*|`(?P<code>[^`]+)`|\[(?P<link>[^\]]+)\]\((?P<topic>\w+)\)"
)


def files() -> dict[str, str]:
    """The name and the text of every file."""
    pages = articles()
    result = {"README.md": _markdown_index(), "index.html": _page("Theory", _html_index(), "")}
    for number, article in enumerate(pages):
        beside = [pages[place] if 0 <= place < len(pages) else None for place in (number - 1, number + 1)]
        result[f"{article.topic}.md"] = markdown(article)
        result[f"{article.topic}.html"] = _page(article.title, _html_article(article), _html_way(*beside))
    return result


# --- Markdown ---------------------------------------------------------------------------------------------------------


def markdown(article: Article) -> str:
    """The article as Markdown with TeX between dollars, as GitHub shows it."""
    parts = [f"# {_titled(article)}", f"*{article.question}*"]
    parts += [part for block in article.blocks for part in _markdown_block(block)]
    return "\n\n".join(parts) + "\n"


def _markdown_block(block: Block) -> Iterator[str]:
    match block:
        case Heading(text=text):
            yield f"## {text}"
        case Paragraph(text=text):
            strong = re.sub(r"(?<!\*)\*([^*]+)\*(?!\*)", r"**\1**", text)
            yield ("- " if block.is_item else "") + re.sub(r"\]\((\w+)\)", r"](\1.md)", strong)
        case Displayed(lines=lines):
            for latex, words in lines:
                yield f"$${latex}$$"
                if words:
                    yield words
        case Example(title=title, lines=worked):
            yield f"**With numbers.** {title}"
            yield from (f"$${line.latex}$$" for line in worked)
        case YourTurn(exercise=exercise):
            yield f"**Your turn.** {exercise.ask}"
            yield f"<details><summary>Answer</summary>{exercise.answer:g}. {html.escape(exercise.why)}</details>"
        case Code(lines=code):
            yield "\n".join(["```python", *(f"{line.text}  # {line.file}, {line.function}" for line in code), "```"])
        case Figure(name=name, caption=caption):
            yield f"![{caption}](figures/{name}.png)"
        case ShowMe():
            pass  # only the program can


def _markdown_index() -> str:
    lines = ["# Theory", "", "Written by `make theory` from the sources in the folder above; see CONTRIBUTING."]
    for group in GROUPS:
        lines += ["", f"## {group}", ""]
        lines += [f"- [{_titled(each)}]({each.topic}.md)" for each in articles() if each.group == group]
    return "\n".join(lines) + "\n"


def _titled(article: Article) -> str:
    return f"{article.tag}: {article.title}" if article.tag else article.title


# --- HTML -------------------------------------------------------------------------------------------------------------


def _page(title: str, body: str, way: str) -> str:
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{html.escape(title)}</title>\n'
        f"<style>\n{_STYLE}</style>\n<body>\n{way}{body}</body>\n</html>\n"
    )


def _html_way(before: Article | None, after: Article | None) -> str:
    links = ['<a href="index.html">Contents</a>']
    links += [f'<a href="{each.topic}.html">{html.escape(each.title)}</a>' for each in (before, after) if each]
    return f"<nav>{' · '.join(links)}</nav>\n"


def _html_article(article: Article) -> str:
    tag = f'<span class="tag">{article.tag}</span> ' if article.tag else ""
    parts = [f"<h1>{tag}{html.escape(article.title)}</h1>", f'<p class="question">{html.escape(article.question)}</p>']
    parts += [part for block in article.blocks for part in _html_block(block)]
    lists = re.compile(r"((?:^<li>.*</li>\n)+)", re.MULTILINE)
    return lists.sub(r"<ul>\n\1</ul>\n", "\n".join(parts) + "\n")


def _html_block(block: Block) -> Iterator[str]:
    match block:
        case Heading(text=text):
            yield f"<h2>{html.escape(text)}</h2>"
        case Paragraph(text=text):
            yield f"<{'li' if block.is_item else 'p'}>{_marked(text)}</{'li' if block.is_item else 'p'}>"
        case Displayed(lines=lines):
            for latex, words in lines:
                yield f'<div class="equation">{_math(latex)}<div class="words">{html.escape(words)}</div></div>'
        case Example(title=title, lines=worked):
            inner = "\n".join(f"<p>{_math(line.latex)}</p>" for line in worked)
            yield f'<div class="card"><b>With numbers.</b> {html.escape(title)}\n{inner}</div>'
        case YourTurn(exercise=exercise):
            answer = f"<details><summary>Answer</summary>{exercise.answer:g}. {_marked(exercise.why)}</details>"
            yield f'<div class="card"><b>Your turn.</b> {_marked(exercise.ask)} {answer}</div>'
        case Code(lines=code):
            inner = "\n".join(html.escape(f"{line.text}  # {line.file}, {line.function}") for line in code)
            yield f"<pre>{inner}</pre>"
        case Figure(name=name, caption=caption):
            words = html.escape(caption)
            yield f'<figure><img src="figures/{name}.png" alt="{words}"><figcaption>{words}</figcaption></figure>'
        case ShowMe():
            pass


def _html_index() -> str:
    parts = ["<h1>Theory</h1>"]
    for group in GROUPS:
        inner = "".join(
            f'<li><a href="{each.topic}.html">{html.escape(_titled(each))}</a></li>'
            for each in articles()
            if each.group == group
        )
        parts.append(f"<h2>{group}</h2><ul>{inner}</ul>")
    return "\n".join(parts) + "\n"


def _marked(text: str) -> str:
    """Running text with its marks as HTML."""
    result, position = "", 0
    for mark in _MARK.finditer(text):
        result += html.escape(text[position : mark.start()], quote=False)
        if mark["formula"] is not None:
            result += _math(mark["formula"])
        elif mark["strong"] is not None:
            result += f"<b>{html.escape(mark['strong'], quote=False)}</b>"
        elif mark["code"] is not None:
            result += f"<code>{html.escape(mark['code'], quote=False)}</code>"
        else:
            result += f'<a href="{mark["topic"]}.html">{html.escape(mark["link"], quote=False)}</a>'
        position = mark.end()
    return result + html.escape(text[position:], quote=False)


def _math(latex: str) -> str:
    """The formula as MathML, which every browser of today sets without help."""
    from latex2mathml.converter import convert  # comes with ziamath; only who exports needs it

    return str(convert(latex))
