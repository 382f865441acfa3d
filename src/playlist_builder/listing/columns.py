"""Tables of any format: which column is which, by their heads in a dozen languages or by what they hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from playlist_builder.listing.brackets import habit_of
from playlist_builder.listing.lines import is_side
from playlist_builder.listing.prose import is_filler, tidy
from playlist_builder.listing.signs import clean, fold, opening_quote
from playlist_builder.listing.source import Note
from playlist_builder.listing.split import Surroundings, artist_lead, split
from playlist_builder.listing.times import milliseconds
from playlist_builder.listing.toml import ISRC, duration_ms
from playlist_builder.listing.words import TOTALS, VARIOUS
from playlist_builder.model import Track


def _names(**columns: str) -> dict[str, str]:
    return {fold(name): field for field, names in columns.items() for name in names.split("|")}


FIELDS: Mapping[str, str] = _names(
    title="nom de la piste|nom du morceau|nom de la chanson|titre de la piste|nombre de la pista|"
    "nombre del tema|nome della traccia|nome traccia|nome brano|"
    "nome della canzone|nome da faixa|nazwa utworu|naam nummer|naam van nummer|название трека|название песни|"
    "låtens namn|name des titels|name des songs|"
    "what|title|tune|cut|track|track name|track title|trackname|tracktitle|song|song name|song title|songtitle|name|"
    "titel|titelname|lied|liedtitel|songtitel|stück|"
    "musiktitel|titre|titre du morceau|morceau|chanson|nom|nom du titre|título|titulo|canción|nombre|"
    "nombre de la canción|tema|pista|"
    "nome da música|música|musica|faixa|nome|canção|título da música|titolo|brano|canzone|traccia|nummer|"
    "nummertitel|liedje|utwór|tytuł|piosenka|tytuł utworu|låt|"
    "låttitel|låtnamn|sang|sangtitel|kappale|şarkı|parça|название|трек|песня|композиция|наименование|曲名|"
    "タイトル|曲|楽曲|トラック名|トラック|歌曲|曲目|標題|标题|歌名|"
    "제목|곡명|노래|songs|titles|tracks|número musical|stueck|chanson titre|song track",
    artist="who|nom de l artiste|nombre de artista|nome artista|nome dell artista|nazwa wykonawcy|naam artiest|"
    "имя исполнителя|имя артиста|artistnamn|"
    "name des künstlers|name des interpreten|song artist|"
    "artist|artists|artist name|artist names|artist name s|artistname|track artist|performer|performers|"
    "performer s|artist credit|artistcredit|performed by|singer|singers|band|by|"
    "interpret|interpreten|interpret in|künstler|künstlername|gruppe|interprète|interprètes|artiste|"
    "artistes|chanteur|nom de l artiste|"
    "artista|artistas|intérprete|intérpretes|cantante|grupo|nombre del artista|banda|cantor|"
    "nome do artista|interprete|esecutore|gruppo|"
    "artiest|uitvoerende|uitvoerder|wykonawca|artysta|zespół|artister|utövare|kunstner|esittäjä|artisti|"
    "sanatçı|исполнитель|артист|группа|певец|"
    "アーティスト|アーティスト名|歌手|歌|演奏|歌唱|"
    "演唱|演唱者|艺人|歌手名|가수|아티스트|creator|act|artist s|interprets|interpretes|歌手 演奏",
    duration="duration|length|time|track duration|track length|duration ms|track duration ms|length ms|"
    "milliseconds|total time|running time|runtime|playtime|duration s|"
    "seconds|durationms|trackduration|dauer|länge|laenge|spielzeit|laufzeit|zeit|durée|temps|duración|tiempo|"
    "duração|tempo|durata|duur|tijd|speelduur|czas|czas trwania|"
    "längd|tid|varighed|lengde|kesto|süre|длительность|время|продолжительность|время звучания|時間|再生時間|"
    "演奏時間|收录时长|时长|時長|長さ|시간|재생시간|mins|min",
    album="album|album name|album title|albumname|release|albumtitel|nom de l album|álbum|nombre del álbum|"
    "nome do álbum|disco|альбом|アルバム|アルバム名|专辑|專輯|앨범|albumi|albüm|source album|appears on",
    isrc="isrc|isrc code|isrcs|track isrc",
    uri="track uri|uri|spotify uri|spotify id|track id|spotify track id|spotify url|url|link|track url|"
    "spotify link|spotify|id|trackid|track link",
    number="number|no|nr|n|track number|track no|trackno|tracknumber|position|pos|index|lfd nr|nummer|numéro|"
    "número|numero|número de pista|rank|place|platz|slot|"
    "номер|順番|番号|曲順|トラック番号|disc number|disc|cd|side|seite|cara|lado|face|lp|row|num|t r|nº|n°|№",
    version="version|mix|remix|version info|fassung",
    playlist="playlist name|playlist|playlistname|playlist title|nom de la playlist|nombre de la lista",
    year="year|jahr|année|año|ano|anno|jaar|rok|år|vuosi|год|年|发行年|"
    "date|release date|released|album release date|发行日期",
    writer="written by|writer|writers|writer s|writing credits|songwriter|songwriters|composer|composers|"
    "composed by|music|lyrics|lyricist|words|author|komponist|komponiert von|text|"
    "musik|autor|autoren|auteur|compositeur|compositor|compositores|autores|letra|compositore|autore|"
    "композитор|автор|слова|作詞|作曲|編曲|作词|作詞 作曲|作曲 編曲|"
    "作家|lead vocals|lead vocal|vocals|vocal|gesang|leadgesang|producer|producers|producer s|produced by|"
    "productores|original artist|originally by|originalinterpret|album artist|"
    "album artist name s|album artist name|album artists|first performed by|guest|guests",
    other="notes|note|genre|label|comments|comment|type|added at|added by|key|bpm|rating|wanted by|listen|"
    "anmerkungen|kommentar|bemerkung|remarks|film|movie|scene|szene",
    start="start|start time|timestamp|at|heure|hora|uhrzeit|ora|godzina|время эфира|starts|time of day|"
    "played at|timecode",
)
# A table with one of these columns lists things for sale, charts or releases, whatever else it names.
_BAR = "|"
_FOREIGN = frozenset(
    fold(w)
    for w in (
        "price|preis|prix|precio|preço|prezzo|цена|format|condition|media condition|sleeve|sleeve condition|"
        "catalog|catalog number|catalogue number|cat|cat no|catalog#|tv|channel|peak|peak position|weeks|"
        "weeks on chart|certification|chart|country|sales|points|votes|result|award|discográfica|price eur|"
        "price gbp|price usd|价格|価格|vinyl|stock|quantity|qty|spain|españa|us|uk|ger|aut|che|fra"
    ).split(_BAR)
)
_SPOTIFY = re.compile(r"^(?:spotify:track:|https?://open\.spotify\.com/(?:intl-\w+/)?track/)([A-Za-z0-9]{22})\b")
_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Table:
    """The tracks of a table; `score` in the points of `weigh`; `above` are the texts over its head."""

    tracks: tuple[Track, ...]
    title: str = ""
    notes: tuple[Note, ...] = ()
    score: float = 0.0


def field_of(head: str) -> str | None:
    """The field that a column's head names; None for an unknown one."""
    folded = fold(re.sub(r"\[[^\]]*\]", "", head))
    if not folded:
        return None
    if folded in FIELDS:
        return FIELDS[folded]
    plain = fold(re.sub(r"\(.*?\)|（.*?）", " ", head))
    if plain in FIELDS:
        return FIELDS[plain]
    for part in re.split(r"[/|,&]", head):
        if fold(part) in FIELDS:
            return FIELDS[fold(part)]
    return None


def read_table(
    rows: Sequence[Sequence[str]],
    lines: Sequence[int | None],
    default_artist: str = "",
    headless: bool = False,
) -> Table | None:
    """The tracks of a table of cells, each row with its line; None where it is no table of tracks.

    Without a head that names columns the table is read by what its columns hold, if `headless` allows it.
    """
    found = _head(rows)
    if found is None:
        return _without_head(rows, lines, default_artist) if headless else None
    at, fields = found
    if "title" not in fields.values() or _is_foreign(rows[at], fields):
        return None
    return _read(rows, lines, at, fields, default_artist)


def _head(rows: Sequence[Sequence[str]]) -> tuple[int, dict[int, str]] | None:
    """(index of the last head row, field of each column) of the first row that names columns."""
    for at, row in enumerate(rows[:30]):
        fields = _fields(row)
        named = [f for f in fields.values() if f not in ("other",)]
        if len(set(named)) >= 2 or (
            named == ["title"] and sum(1 for cell in row if cell.strip()) == 1 and len(row) > 1
        ):
            while at + 1 < len(rows) and _more_head(rows[at + 1], rows[at], fields):
                at += 1
                fields.update(
                    {c: f for c, f in _fields(rows[at]).items() if fields.get(c) in (None, "other", "writer")}
                )
            return at, fields
    return None


def _fields(row: Sequence[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for column, head in enumerate(row):
        field = field_of(head) if len(head) < 60 else None
        if field:
            found[column] = field
    return found


def _more_head(row: Sequence[str], above: Sequence[str], fields: Mapping[int, str]) -> bool:
    """Whether a row below a head belongs to it: cells repeated from it, the others column heads too."""
    cells = [(c, cell) for c, cell in enumerate(row) if cell.strip()]
    return (
        bool(cells)
        and all(field_of(cell) or (c < len(above) and cell == above[c]) for c, cell in cells)
        and len(cells) > 1
    )


def _is_foreign(head: Sequence[str], fields: Mapping[int, str]) -> bool:
    named = {fold(cell) for cell in head}
    if not named & _FOREIGN:
        return False
    return not ({"isrc", "uri", "duration"} & set(fields.values()))


def _column(fields: Mapping[int, str], heads: Sequence[str], name: str) -> int | None:
    """The column of a field; where several claim it, the one that is named most plainly."""
    columns = [c for c, f in fields.items() if f == name]
    if name in ("title", "artist") and len(columns) > 1:
        plain = {
            "title": ("track name", "title", "song", "titel"),
            "artist": ("artist name s", "artist name", "artist"),
        }[name]
        for wish in plain:
            for column in columns:
                if fold(heads[column]) == wish:
                    return column
    return columns[0] if columns else None


def _read(
    rows: Sequence[Sequence[str]], lines: Sequence[int | None], at: int, fields: dict[int, str], default_artist: str
) -> Table | None:
    heads = rows[at]
    columns = {
        name: _column(fields, heads, name)
        for name in ("title", "artist", "duration", "album", "isrc", "uri", "version", "playlist", "number")
    }
    notes: list[Note] = []
    unit = _unit(heads, columns["duration"], rows[at + 1 :])
    tracks: list[Track] = []
    cells_of = _Cells(columns)
    last_artist = ""
    body = [
        (row, line) for row, line in zip(rows[at + 1 :], lines[at + 1 :], strict=True) if any(c.strip() for c in row)
    ]
    titles = [cells_of.get(row, "title") for row, _ in body[:5000]]
    habit = habit_of(titles, default_artist or "x")
    quoted = sum(1 for title in titles if opening_quote(title)) >= 0.6 * len(titles)
    for row, line in body[:_MOST]:
        title, artist = cells_of.get(row, "title"), cells_of.get(row, "artist")
        if _is_heading_row(row, title) or _is_total(title, artist, cells_of.get(row, "number")):
            continue
        if not title or list(row) == list(heads):
            if artist and columns["artist"] is not None and not TOTALS.match(fold(artist)):
                notes.append(Note(text="Left out: this row has no title.", line=line, source=clean(artist)[:120]))
            continue
        if artist in ('"', "''", "〃", "″", "-dito-", "dito", "ditto", "do."):
            artist = last_artist
        last_artist = artist
        if not artist and columns["artist"] is not None and is_filler(title):
            notes.append(
                Note(
                    text="Left out: no track (an advert, news, an introduction?).", line=line, source=clean(title)[:120]
                )
            )
            continue
        tracks.append(
            Track(
                title=tidy_cell(unquoted_start(title) if quoted else title, habit.labels),
                artist=tidy_cell(several_names(artist), False) or default_artist,
                duration_ms=_length(cells_of.get(row, "duration"), unit),
                isrc=_isrc(cells_of.get(row, "isrc")),
                version=cells_of.get(row, "version") or None,
                album=cells_of.get(row, "album") or None,
                uri=_uri(cells_of.get(row, "uri"), heads[columns["uri"]] if columns["uri"] is not None else ""),
            )
        )
    tracks = [track for track in tracks if track.title]
    if columns["artist"] is None and not default_artist:
        tracks = _split_titles(tracks)
    if not tracks:
        return None
    playlists = {cells_of.get(row, "playlist") for row, _ in body[:2000]} - {""}
    title = playlists.pop() if len(playlists) == 1 else _title_above(rows[:at])
    return Table(tuple(tracks), title, tuple(notes), _points(columns, len(tracks)))


class _Cells:
    def __init__(self, columns: Mapping[str, int | None]) -> None:
        self.columns = columns

    def get(self, row: Sequence[str], name: str) -> str:
        """The cell of a field in a row, cleaned; "" without one."""
        column = self.columns.get(name)
        return clean(row[column]) if column is not None and column < len(row) else ""


def unquoted_start(text: str) -> str:
    """A title in quotes with a version after them, without the quotes."""
    found = opening_quote(text)
    rest = text[found[1] :].strip() if found else ""
    return f"{found[0]} {rest}" if found and rest[:1] in ("(", "[") else text


def several_names(text: str) -> str:
    """Artists as exports list them, parted by semicolons or escaped commas, joined by commas."""
    return re.sub(r"\s*;\s*(?=\S)", ", ", text).replace("\\,", ",")


def tidy_cell(text: str, labels: bool) -> str:
    """A cell without quotes around the whole of it; a single dash is an empty one."""
    text = clean(text)
    if text in ("-", "–", "—", "－", "n/a", "N/A", "?"):
        return ""
    if len(text) > 2 and text.count('"') == 2 and text[0] == text[-1] == '"':
        return text[1:-1].strip()
    if text[:1] in "„“«「" or text[:1] == "'" == text[-1:] or labels or (text[:1] == "*" and text[-1:] == "*"):
        return tidy(text, habit_of([], ""))
    return text


def _points(columns: Mapping[str, int | None], count: int) -> float:
    given = [name for name in ("artist", "duration", "isrc", "uri", "number") if columns[name] is not None]
    return (
        3.5
        + 2.0 * ("artist" in given)
        + len(given)
        + (0.5 if count >= 6 else 0)
        - (2.0 if count < 3 else 0.0)
        + 2.0 * ("duration" in given)
    )


def _is_heading_row(row: Sequence[str], title: str) -> bool:
    """One text across all columns: the name of a side or disc, or a caption."""
    filled = [cell for cell in row if cell.strip()]
    return len(row) > 2 and len(filled) > 1 and len(set(filled)) == 1


def _is_total(title: str, artist: str, number: str) -> bool:
    if not TOTALS.match(fold(title)):
        return False
    return artist in ("", title) and number in ("", title)


def _split_titles(tracks: list[Track]) -> list[Track]:
    """Rows whose one column holds "Artist - Title", as two."""
    splitting = split([track.title for track in tracks], Surroundings())
    if splitting.kind not in ("dash", "quotes", "by") or splitting.coverage < 0.8:
        return tracks
    return [
        Track(
            title=clean(title),
            artist=clean(artist),
            duration_ms=t.duration_ms,
            isrc=t.isrc,
            version=t.version,
            album=t.album,
            uri=t.uri,
        )
        for t, (artist, title) in zip(tracks, splitting.pairs, strict=True)
    ]


def _title_above(rows: Sequence[Sequence[str]]) -> str:
    """The last short text above the head that stands in a row alone; what it has in quotes, if anything."""
    for row in reversed(rows):
        filled = {clean(cell) for cell in row if cell.strip()}
        text = filled.pop() if len(filled) == 1 else ""
        if 0 < len(text) <= 100 and not is_side(fold(text)) and not re.match(r"^[\w ]{2,20}:\s", text):
            quoted = re.search(r"[«“„»「]\s*([^«»“”„「」]{2,60}?)\s*[»”“«」]", text)
            return quoted.group(1) if quoted else text
    return ""


def _unit(heads: Sequence[str], column: int | None, rows: Sequence[Sequence[str]]) -> int:
    """Milliseconds in one unit of a whole number in the duration column."""
    if column is None:
        return 1000
    folded = fold(heads[column])
    if re.search(r"\b(?:ms|msec|milliseconds|millis)\b|ms$", folded):
        return 1
    numbers = [
        float(row[column])
        for row in rows[:500]
        if column < len(row) and re.fullmatch(r"\d+(?:\.\d+)?", row[column].strip())
    ]
    return 1 if numbers and sorted(numbers)[len(numbers) // 2] > 6000 else 1000


def _length(text: str, unit: int) -> int | None:
    text = text.strip("()[] ")
    if re.fullmatch(r"\d{1,9}(?:\.\d+)?", text):
        value = round(float(text) * unit)
        return value if 0 < value < 360_000_000 else None
    if re.fullmatch(r"0?0?:?\d{1,2}:\d{2}:\d{2}", text) or ":" in text:
        return duration_ms(text) or milliseconds(text)
    return milliseconds(text)


def _isrc(text: str) -> str | None:
    code = re.sub(r"[-\s]", "", text).upper()
    return code if ISRC.fullmatch(code) else None


def _uri(text: str, head: str) -> str | None:
    """The Spotify URI in a cell, from a URI, a link or (in a column of that name) an id."""
    found = _SPOTIFY.match(text)
    if found:
        return f"spotify:track:{found.group(1)}"
    if "spotify" in fold(head) and re.fullmatch(r"[A-Za-z0-9]{22}", text):
        return f"spotify:track:{text}"
    return None


def _without_head(rows: Sequence[Sequence[str]], lines: Sequence[int | None], default_artist: str) -> Table | None:
    """A table without heads: numbers and times are known by their form, two columns of names are left."""
    body = [(list(row), line) for row, line in zip(rows, lines, strict=True) if sum(1 for c in row if c.strip()) >= 2]
    if len(body) < 3:
        return None
    width = Counter(len(row) for row, _ in body).most_common(1)[0][0]
    even = [(row, line) for row, line in body if len(row) == width and len({c for c in row if c.strip()}) > 1]
    if len(even) < 3 or len(even) * 2 < len(body):
        return None
    kinds = [_kind_of_column([row[c] for row, _ in even]) for c in range(width)]
    names = [c for c, kind in enumerate(kinds) if kind == "name"]
    if len(names) < 2 and not (len(names) == 1 and default_artist and "time" in kinds):
        return None
    time = kinds.index("time") if "time" in kinds else None
    first, second = names[0], names[1] if len(names) > 1 else names[0]
    sides = [(clean(row[first]), clean(row[second])) for row, _ in even]
    lead = artist_lead(sides, Surroundings()) + 0.3 if first != second else 0.0
    fields = {first: "artist", second: "title"} if lead >= 0 and first != second else {first: "title"}
    if lead < 0:
        fields[second] = "artist"
    if time is not None:
        fields[time] = "duration"
    table = _read(
        [[""] * width, *(row for row, _ in even)], [None, *(line for _, line in even)], 0, fields, default_artist
    )
    if table is None:
        return None
    evidence = 0.5 + 2.5 * (time is not None) + 1.0 * ("number" in kinds) + min(1.5, abs(lead) * 0.4)
    return Table(table.tracks, table.title, table.notes, evidence)


def _kind_of_column(cells: Sequence[str]) -> str:
    filled = [cell.strip() for cell in cells if cell.strip()]
    if len(filled) * 2 < len(cells):
        return "sparse"
    for kind, pattern in (
        ("number", r"[A-H]?\d{1,3}\.?"),
        ("time", r"\(?(?:\d{1,2}:)?\d{1,3}:\d{2}\)?"),
        ("year", r"(?:19|20)\d{2}(?:-\d\d-\d\d)?.*"),
    ):
        if sum(1 for cell in filled if re.fullmatch(pattern, cell)) >= 0.8 * len(filled):
            return kind
    if sum(1 for cell in filled if re.match(r"https?:|[\d.,€$£%\s]+$|spotify:", cell)) >= 0.5 * len(filled):
        return "value"
    return "name"


def default_of(artist: str) -> str:
    """`artist` as the default of rows; "" for "Various Artists" and the like."""
    return "" if fold(artist) in VARIOUS else artist
