"""Vocabularies of a dozen languages: headings, sides, columns, credits, versions. All entries are folded."""

from __future__ import annotations

import re

from playlist_builder.listing.signs import fold


def _words(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in text.split("|"))


def _pattern(text: str) -> re.Pattern[str]:
    """A pattern for any of the folded phrases in `text`, as whole words (for scripts that part words)."""
    phrases = sorted({fold(phrase) for phrase in text.split("|")}, key=len, reverse=True)
    latin = [re.escape(p) for p in phrases if not _unparted(p)]
    other = [re.escape(p) for p in phrases if _unparted(p)]
    parts = [rf"\b(?:{'|'.join(latin)})\b"] if latin else []
    return re.compile("|".join(parts + other))


def _unparted(text: str) -> bool:
    return any("\u3040" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7af" for c in text)


# Headings that stand above a track listing.
LISTING = _pattern(
    "track listing|tracklisting|track list|tracklist|tracks|song list|songlist|songs|set list|setlist|running order|"
    "playlist|the record|the songs|the tracks|tape|mixtape|mix|what is on it|what s on it|titelliste|trackliste|titel|"
    "lieder|songliste|die liste|spielfolge|stucke|tracklisting|liste des titres|liste des morceaux|"
    "titres|morceaux|chansons|"
    "la selection|pistes|programme musical|canciones|lista de canciones|temas|pistas|listado|lista de temas|"
    "listado de canciones|contenido|repertorio|faixas|lista de faixas|musicas|repertorio|o que tocou|cancoes|"
    "tracce|brani|canzoni|lista tracce|elenco tracce|scaletta|nummers|tracklijst|liedjes|lista utworow|"
    "utwory|spis utworow|"
    "piosenki|lagudlista|lattlista|latar|spor|sporliste|sange|kappaleet|kappalelista|parcalar|sarki listesi|"
    "треклист|трек лист|список композиций|композиции|песни|список песен|плейлист|дорожки|содержание|"
    "曲目|収録曲|曲目リスト|トラックリスト|セットリスト|プレイリスト|収録内容|曲リスト|歌曲列表|曲目列表|專輯曲目|수록곡|트랙리스트|곡목"
)
# Those that mean nothing else.
PLAIN_LISTING = re.compile(
    r"\b(?:track ?list(?:ing|e)?|set ?list|titelliste|tracklijst|liste des (?:titres|morceaux)|"
    r"lista de (?:canciones|temas|faixas)|song ?list|"
    r"elenco tracce|lista tracce|lista utworow|running order)\b|трек ?лист|список композиций|"
    r"曲目|収録曲|セットリスト|トラックリスト|수록곡"
)
NEGATED = re.compile(
    r"\b(?:not|no|without|missing|nicht|ohne|fehlen|pas|sans|non|sin|faltan|nao|sem|senza|mancano)\b|^кроме"
)
# A side, disc, set or other part of one listing.
_NUMBER = (
    r"(?:\d{1,2}|[a-h]|[ivx]{1,4}|one|two|three|four|five|eins|zwei|drei|un|une|deux|trois|uno|una|dos|"
    r"tres|um|dois|due|первая|вторая|primeira|segunda|first|second|third)"
)
SIDE = re.compile(
    rf"^(?:(?:side|seite|face|cara|lado|lato|faccia|disc|disk|cd|lp|dvd|disque|disco|volume|vol|part|teil|"
    rf"set|act|kant|sida|strona|сторона|диск|часть|plaat|"
    rf"vinyl|platte|tape|kassette|cassette|reel|the|programme?|program)\s*){{1,2}}\s*{_NUMBER}\b(?:\s.*)?$"
    rf"|^{_NUMBER}\s+(?:side|seite|face|disc|set|act|сторона|диск|parte|lado|teil|cd)\b.*$"
    r"|^(?:encores?|zugaben?|rappels?|bis|bises|на бис|main set|hauptset|アンコール)(?:\s.*)?$"
    r"|^(?:[ab]面|ディスク\s*\d|disc\s*\d|第.{1,2}部|cd\s*\d).*$"
)
BONUS = re.compile(
    r"^(?:(?:\w+\s+){0,5}(?:bonus|extra|hidden|additional|zusatz)(?:\s?(?:tracks?|titel|songs?|material|"
    r"disc|cd))?|bonus\w*|pistas? adicional(?:es)?|"
    r"titres? bonus|faixas?[ -]bonus|бонус\w*|ボーナス\S*)(?:\s.*)?$"
)
# From here on the page speaks of other things: comments, related posts, people.
COMMENTS = _pattern(
    "comments|comment|responses to|replies|reply|leave a reply|leave a comment|thoughts on|kommentare|"
    "kommentar|antworten|"
    "commentaires|commentaire|reponses|laisser un commentaire|comentarios|comentario|respuestas|deja un comentario|"
    "comentarios destacados|deixe um comentario|respostas|commenti|rispondi|reacties|komentarze|kommentarer|"
    "комментарии|комментариев|комментария|ответы|コメント|评论|댓글|user reviews|reviews|guestbook"
)
RELATED = _pattern(
    "related|related posts|you may also like|you might also like|more from|more like this|read more|see also|similar|"
    "recommended|recommendations|recent posts|popular posts|latest posts|archives|archive|blogroll|"
    "next post|previous post|next week|"
    "next time|other versions|other mixes|other posts|other playlists|more posts|people also|customers also|also by|"
    "das konnte dich auch interessieren|auch interessant|mehr von|siehe auch|weitere|ahnliche|verwandte|"
    "neueste beitrage|"
    "a lire aussi|lire aussi|voir aussi|articles similaires|vous aimerez aussi|les plus lus|"
    "derniers articles|autres articles|"
    "otros albumes|otras|entradas populares|entradas recientes|ver tambien|vease tambien|"
    "tambien te puede|relacionados|mas de|"
    "discos anteriores|outros programas|outros discos|veja tambem|leia tambem|leia mais|"
    "posts relacionados|mais lidas|postagens|"
    "leggi anche|vedi anche|articoli correlati|altri|lees ook|zobacz tez|las ocksa|se ogsa|katso myos|"
    "похожие темы|похожие|см также|читайте также|другие|関連記事|関連|おすすめ|最近の記事|この商品を見た人|相关|추천|"
    "share this|categories|tags|about|navigation|menu|contents|sommaire|inhalt|indice"
)
# What a list under this heading holds is no track of this listing.
NOT_TRACKS = re.compile(
    _pattern(
        "albums|albumes|alben|discography|discografia|discographie|diskographie|discographies|dischi|"
        "дискография|альбомы|"
        "cast list|starring|darsteller|reparto|elenco|distribution|roles|rollen|personnel|credits|musicians|"
        "line up|mitwirkende|besetzung|personal|musicos|musiciens|ficha tecnica|equipe|staff|"
        "companies|awards|accolades|nominations|auszeichnungen|premios|recompenses|premi|nagrody|"
        "notes|references|external links|weblinks|einzelnachweise|barcode|charts|certifications|sales|ventas|"
        "ingredients|ingredientes|zutaten|directions|method|modo de fazer|preparation|zubereitung|faq|"
        "not on|not here|not included|missing|nicht auf|nicht dabei|fehlt|not on the album|no estan|pas sur|nao esta|"
        "films|movies|books|episodes|filmography|singles discography|studio albums|live albums|compilations|"
        "recopilaciones|"
        "agenda|tagesordnung|top|protokoll|timetable|schedule|lineup|tour dates|dates|gear|equipment|infos pratiques|"
        "founded|formed|formations|births|deaths|gegrundet|aufgelost|geboren|gestorben|nacimientos|"
        "fallecimientos|naissances|deces|"
        "mitmachen|contributing|installation|usage|changelog|ディスコグラフィ|アルバム一覧"
    ).pattern
    + r"|^(?:the |main |full |voice )?cast(?: list| members| and crew)?$"
)
# A page about these, and not about their songs, lists no tracks.
OTHER_WORKS = re.compile(
    r"^(?!.*\b(?:songs?|tracks?|soundtracks?|playlist|scores?|ost|themes?|lieder|chansons?|canciones|musicas?|"
    r"from|aus)\b)"
    r".*\b(?:films|movies|filme|peliculas|filmes|books|bucher|libros|livres|novels|series|games|spiele)\b"
)
# How dealers grade records, and the words of an offer.
GRADES = re.compile(r"(?<![\w])(?:VG\+{0,2}|NM|EX[+-]?|M-|mint|VG/VG|near mint)(?![\w'’])(?=[,;)\]/ +-]|$)")
SALE = re.compile(
    r"\b(?:for sale|fs|prices?|shipping|postage|zu verkaufen|verkaufe|versand|preise?|a vendre|vends|"
    r"frais de port|vendo|"
    r"se vende|envio|precios?|preco|precos|spedizione|prezzi|wts|продаю|цены)\b"
)
# Words by which a text shows that it speaks of music.
MUSIC = _pattern(
    "bande originale|bande son|banda sonora|colonna sonora|trilha sonora|filmmusik|soundtracks|mixtapes|rock|jazz|"
    "song|songs|track|tracks|album|soundtrack|music|mix|mixtape|vinyl|record|records|single|singles|band|singer|guitar|"
    "lp|cd|tape|dj|remix|setlist|playlist|chorus|lied|lieder|musik|platte|platten|titel|schlager|hits|sampler|"
    "chanson|chansons|disque|disques|vinyles|musique|titre|titres|cancion|canciones|musica|disco|discos|"
    "cinta|tema|temas|"
    "cantante|grupo|radio|faixa|faixas|samba|cantor|banda|canzone|canzoni|brano|cantante|nummer|plaat|utwor|piosenka|"
    "песня|песни|альбом|музыка|группа|трек|пластинка|рок|саундтрек|"
    "曲|音楽|主題歌|シティ ポップ|レコード|歌|アルバム|노래|음악"
)
# The rows of a broadcast, mix or file that are no songs.
FILLER = _words(
    "info|info trafic|trafic|intro|outro|opening|closing|jingle|jingles|id|station id|news|news flash|ad|ads|advert|"
    "advertisement|adverts|break|"
    "commercial|commercials|commercial break|weather|traffic|talk|interview|pause|generique|pub|"
    "flash info|flash|infos|meteo|"
    "publicite|werbung|nachrichten|wetter|verkehr|publicidad|publicidade|anuncios|noticias|noticiario|"
    "vinheta|comerciais|"
    "pubblicita|notizie|reklama|новости|реклама|заставка|погода|dj talk|mod|moderation|sendepause|spot|spots|sigla|cm|"
    "outro goodnight|end|ende|fin|start|goodnight|good night|welcome|hello"
)
TOTALS = _pattern(
    "total|total time|total length|total running time|running time|playing time|gesamt|gesamtspielzeit|"
    "gesamtzeit|summe|gesamtlange|"
    "duree totale|duracion total|duracao total|durata totale|suma|totale|sum|общее время|всего|итого|"
    "продолжительность|合計|총"
)
VARIOUS = _words(
    "various|various artists|va|v a|various artist|verschiedene interpreten|verschiedene|diverse|"
    "diverse interpreten|varios|"
    "varios artistas|varios interpretes|artistes divers|divers|vari|aa vv|artisti vari|multi interpretes|"
    "сборник|разные исполнители|"
    "ヴァリアス アーティスト|オムニバス|v a|original soundtrack|ost|soundtrack|original motion picture soundtrack"
)
# A bracket or suffix with one of these says which recording it is, so it stays with the title.
VERSION = _pattern(
    "remix|remixed|mix|edit|version|versions|live|acoustic|demo|instrumental|remaster|remastered|reprise|"
    "theme|from|extended|"
    "radio|single|album|mono|stereo|dub|club|unplugged|feat|featuring|ft|with|prologue|epilogue|"
    "interlude|intro|outro|medley|"
    "pt|part|parte|teil|act|movement|op|no|vol|take|outtake|alternate|alternative|a cappella|acapella|"
    "rmx|vip|rework|bootleg|"
    "cover version|version en vivo|en vivo|ao vivo|en directo|en direct|dal vivo|version longue|maxi|"
    "single version|soundtrack|"
    "deutsche version|fassung|liveaufnahme|titelmusik|finale|overture|suite|end titles|main title|main titles|"
    "version originale|acustico|acoustique|karaoke|orchestral|piano|explicit|clean|bonus|hidden track|12|7|"
    "живая|ремикс|версия|акустика|концертная|ライブ|リミックス|ヴァージョン|バージョン|ミックス"
)
# A bracket that begins so is a credit or a note, not part of the title.
CREDIT = re.compile(
    r"^(?:(?:music|words|lyrics|text|musik|song)\s+(?:and|und|&)\s+)?(?:"
    r"prod(?:uced|ucer|uziert|\.)?\b|written|writer|wrote|lyrics|words|music\b(?! from)|comp(?:osed|oser|"
    r"\.)?\b|arr(?:anged|\.)?\b|"
    r"(?:orig(?:inal(?:ly)?|\.)?\s+)?(?:by|von|par|por)\s|"
    r"autore?s?\b|author|text:|musik:|letra|música\s*[:e]|paroles|musique\s*[:&]|testo|musica:|compositor|compositeur|"
    r"label\b|photo|foto|courtesy|recorded|lead vocals?|vocals?\s*[:–-]|guitar|"
    r"originally|cover of|c/o|℗|©|сл\.|муз\.|слова|музыка|作詞|作曲|編曲|詞|曲)",
    re.IGNORECASE,
)
COVER = re.compile(r"^(?:[\w.'’& -]+\s)?cover$|^cover of\b", re.IGNORECASE)
# Lines under a row that credit somebody.
CREDIT_LINE = re.compile(
    r"^(?:written[- ]?by|lyrics(?:[- ]by)?|words|music(?:[- ]by)?|producer|produced|co-?producer|"
    r"composed(?:[- ]by)?|arranged(?:[- ]by)?|featuring|vocals?|"
    r"lead vocals|guitar|bass|drums|keyboards|engineer|mixed(?:[- ]by)?|remix(?:[- ]by)?|performer|"
    r"backing vocals|saxophone|strings|piano|"
    r"songwriter|composer|publisher|recorded(?:[- ]by)?|text|musik|autor|letra|música|paroles|"
    r"mastered(?:[- ]by)?)\s*(?:[-–—:]|by\b)",
    re.IGNORECASE,
)
# Keys of `Key: value` lines that describe a record, a file or a page.
KEYS = _words(
    "label|format|country|released|release|genre|style|catalog|catalogue|year|date|producer|produced by|"
    "studio|length|duration|"
    "subject|from|to|newsgroups|message id|lines|published|posted|tags|filed under|artist|album|title|"
    "venue|tour|photo|foto|note|nota|"
    "location|size|bitrate|source|quality|audio|host|presenter|running time|rating|price|website|email|"
    "name|author|by|p s|ps|pd|p d|"
    "land|jahr|erscheinung|veroffentlicht|laufzeit|kunstler|ort|anwesend|protokoll|datum|betreff|asunto|"
    "fecha|de|para|peso|"
    "contrasena|formato|discografica|ano|genero|duracion|duracao|gravadora|objet|editeur|annee|duree|"
    "presentation|realisation|"
    "жанр|носитель|аудио|продолжительность|автор|добавлено|год|страна|формат|лейбл|発売日|品番|価格|形態|投稿日|写真|"
    "recorded|wanted|durata|anno|etichetta|genere|barcode|matrix runout|cover|credits|thanks|standard|rappel"
)
INSTRUMENTS = _pattern(
    "guitar|guitars|bass|bass guitar|drums|percussion|vocals|lead vocals|keyboards|piano|synthesizer|"
    "saxophone|trumpet|violin|"
    "producer|engineer|mixing|mastering|gitarre|schlagzeug|gesang|produktion|teclados|guitarra|voz|"
    "bateria|bajo|guitare|batterie|chant|"
    "clavier|voix|basse|chitarra|voce|basso|tastiere|violao|baixo|teclado|гитара|бас|ударные|вокал|клавишные"
)
EVERYDAY = re.compile(
    r"(?:\d\s*(?:%|€|£|\$|euro|kg|g\b|ml\b|cl\b|dl\b|km\b|mb\b|gb\b|kbps|min\.?\b|minutes?\b|minuten|"
    r"minutos|stück|uhr|h\b|°|years?\b|pm\b|am\b|cm\b|m\b|bit|bits)|"
    r"[€£$]\s*\d|\b(?:mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|montag|dienstag|mittwoch|"
    r"donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|"
    r"samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo|segunda-feira|lun\.|mar\.|mer\.|"
    r"jeu\.|ven\.|sam\.|dim\.)\b|[½¼¾]|@\w|"
    r"\b\d{1,2}:\d\b|\b\d{1,2}\.?\s(?:jan|feb|mar|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|"
    r"dez)[a-zé]*\b|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s\d{1,2}\b|"
    r"\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b)",
    re.IGNORECASE,
)
# Small words that titles are full of and artists' names hardly are.
TITLE_WORDS = _words(
    "i|you|me|my|your|it|is|are|was|be|to|in|on|for|don t|dont|can t|cant|i m|im|it s|its|you re|youre|"
    "we|us|our|no|not|never|"
    "what|when|where|why|how|who|this|that|if|do|got|get|gonna|wanna|let|lets|come|go|take|make|give|"
    "want|need|know|feel|"
    "love|night|day|time|heart|baby|girl|tonight|dream|dreams|away|up|down|out|over|again|all|at|so|like|too|will|song|"
    "ich|du|mich|dich|mir|dir|ein|eine|einen|nicht|wie|wenn|was|wir|uns|ist|es|auf|im|kein|nach|"
    "je|tu|moi|toi|te|m|t|ne|pas|mon|ma|ton|ta|est|dans|sur|pour|que|qui|quand|si|"
    "yo|mi|tu|te|no|que|es|en|un|una|por|para|con|como|sin|al|"
    "eu|voce|meu|minha|nao|sim|um|uma|em|na|no|"
    "io|non|che|sono|per|una|di|nel|mio|mia|"
    "я|ты|не|на|мы|мой|моя|в|за|как|что|это|по|если|когда"
)
ARTIST_WORDS = _words(
    "feat|featuring|ft|vs|band|orchestra|orchester|orchestre|orquesta|trio|quartet|quintet|ensemble|"
    "choir|brothers|sisters|boys|group|"
    "project|singers|philharmonic|symphony|jr|sr|dj|mc|dr|mr|crew|experience|machine|co|gang|family|"
    "kapelle|chor|coro|grupo|conjunto"
)
LINKING = _words("and|y|et|und|e|i|och|og|en|with|vs|x|и|feat|featuring|ft")
GIVEN_NAMES = _words(
    "aaron|adam|adele|al|alan|alain|albert|alejandro|alex|alexander|alice|alicia|amy|ana|andrea|andreas|"
    "andrew|andy|angela|anita|"
    "ann|anna|anne|annie|anthony|antonio|aretha|art|barbara|barry|ben|benny|bernard|bernd|bette|betty|"
    "bill|billie|billy|bob|bobby|bonnie|"
    "brian|brigitte|bruce|bruno|bryan|buddy|caetano|carl|carla|carlos|carly|caro|carole|cat|celine|"
    "cesaria|charles|charlie|charly|cher|chet|"
    "chico|chris|christian|christina|christine|chuck|claude|cliff|colin|craig|curtis|cyndi|dan|daniel|"
    "danny|dave|david|dean|deborah|debbie|"
    "denis|dennis|diana|dick|dina|dinah|dionne|dolly|don|donna|donovan|doris|duke|dusty|earl|ed|eddie|"
    "edith|eddy|elizabeth|ella|elis|ellie|elton|elvis|"
    "emma|enrique|eric|erasmo|ernst|etta|eva|fats|fito|florian|francoise|frank|frankie|fred|freddie|gal|"
    "gary|gene|george|georges|gerard|gerry|gilberto|"
    "giorgio|glenn|gloria|gordon|graham|greg|gregory|grace|gwen|hank|hans|harold|harry|heinz|helen|henry|"
    "herbert|herbie|howard|hubert|iggy|irene|isaac|"
    "ivan|jack|jackie|jacques|jake|james|jan|jane|janet|janis|jason|jay|jean|jeff|jennifer|jerry|jesse|"
    "jessica|jim|jimi|jimmy|joan|joao|joaquin|joe|"
    "joel|john|johnny|jon|jonathan|jorge|jose|joseph|joy|juan|juergen|julia|julie|juliette|julio|jurgen|"
    "justin|karen|karla|kate|katja|keith|ken|kenny|"
    "kevin|kim|klaus|kurt|kylie|lana|larry|laura|lauryn|lee|lena|leo|leonard|les|lionel|lisa|liza|lou|"
    "louis|luis|luiz|lucio|luther|lynn|madonna|manfred|"
    "manu|marc|marcos|maria|mariah|marianne|marie|marilyn|mario|mark|martin|marvin|mary|matthew|maurice|"
    "max|mercedes|merry|michael|michel|"
    "miguel|mike|miles|milton|mina|minnie|miriam|moises|muddy|nancy|nat|natalie|neil|nick|nico|nina|nino|"
    "norah|olivia|ornella|otis|pablo|paolo|"
    "pat|patrick|patsy|patti|patty|paul|paula|peggy|percy|peter|phil|philip|pierre|ralph|randy|ray|rene|"
    "rex|ricardo|richard|rick|ricky|rita|robbie|robert|"
    "roberta|roberto|robin|rod|roger|roland|ron|ronnie|rosa|roy|ruben|rudi|rufus|russell|ruth|ryan|"
    "sabrina|sal|sam|sammy|sandra|sandy|sarah|scott|"
    "sean|serge|shania|sheila|shirley|silvio|simon|smokey|sonny|stan|stephen|steve|steven|stevie|susan|"
    "suzanne|sylvia|sylvie|taylor|ted|teddy|teresa|"
    "terry|thomas|tim|tina|tito|toby|tom|tommy|toni|tony|tracy|trini|udo|umberto|van|vicky|victor|vince|"
    "vinicius|wanda|warren|wayne|whitney|will|"
    "william|willie|willy|wilson|wolfgang|yvonne|zaz|алла|андрей|анна|борис|валерий|виктор|владимир|"
    "вячеслав|игорь|иосиф|константин|лев|людмила|"
    "муслим|николай|олег|сергей|юрий|эдуард|жанна|александр|дмитрий|михаил|валентина|майя|нина|полина"
)
