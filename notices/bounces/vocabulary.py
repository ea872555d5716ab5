"""What reply texts mean, in the words and languages that mail systems use: a table, read from the top."""

from __future__ import annotations

import re
from dataclasses import dataclass

from notices.bounces.report import Severity

HARD, SOFT, POLICY = Severity.HARD, Severity.SOFT, Severity.POLICY


@dataclass(frozen=True, slots=True)
class Rule:
    """Texts with one of `phrases` (regular expressions over folded text) have this reason; the first rule that fits wins.

    `beats_code` rules are believed against a firm status code: a full mailbox or a refused sender that is reported as 5.1.1,
    and a domain that takes no mail at all.
    """

    reason: str
    severity: Severity
    phrases: tuple[str, ...]
    beats_code: bool = False


RULES: tuple[Rule, ...] = (
    Rule(
        "rate",
        POLICY,
        (
            r"rate[- ]?limit",
            r"(?:frequency|connections?|messages?) limit(?:ed|s)?\b",
            r"too many (?:connections|messages|mails|e-?mails|recipients|concurrent|sessions|invalid|bad commands|unknown)",
            r"throttl",
            r"(?:daily|hourly|relay|sending|outgoing|message) (?:relay )?(?:quota|limit)",
            r"receiving (?:e-?mail|mail|messages) (?:at a rate|too (?:quickly|fast))|too fast|slow down|message rate|sending rate|exceeded the (?:rate|maximum number of)",
            r"max(?:imum)? (?:emails|messages|connections|defers|deferrals) (?:per|and failures per|reached|exceeded)",
            r"(?:have|has) exceeded the max",
        ),
        beats_code=True,
    ),
    Rule(
        "mailbox full",
        SOFT,
        (
            r"(?:mail ?box|inbox|mail ?folder|mail ?drop|account|user'?s? mail|disk|storage|maildir|mail directory)\W{1,3}(?:of \S+ )?(?:<@>\W+)?(?:is |has been |was |are |currently )*"
            r"(?:too |over ?|almost )?(?:full\b|over ?quota|out of (?:space|storage))",
            r"full (?:mail ?box|inbox)|mail ?boxfull|mailbox_?full",
            r"over ?-?(?:the )?(?:storage |disk |allowed |maximum |allocated |max )?-?quota|overquota|out of (?:disk|storage|quota|space)",
            r"(?:exceed\w*|reached|above|beyond) (?:\S+ ){0,5}(?:quota|storage|mailbox size|mailbox limit|disk|message count|allocation|allotment)",
            r"quota (?:exceeded|violat\w*|full|reached|limit|exhausted|is full|error)|(?:mailbox|user|disk|storage|space) quota|exceeds? \S* ?quota",
            r"(?:insufficient|not enough|no (?:more )?|lack of|low on)\s?(?:free |system |user |mailbox |storage |disk |available )*(?:space|storage|disk)\b",
            r"no space left|disk full|space limit|storage limit|size limit of the mailbox|mailbox size limit",
            r"(?:mailbox|user|recipient|account)\b.{0,40}\b(?:too (?:many messages|large|big)|maximum size|exceeded (?:its |their )?(?:limit|size))",
            r"buz[oó]n.{0,40}(?:llen[oa]|cuota|exced)|cuota.{0,20}(?:exced|super)|sin espacio",
            r"bo[iî]te.{0,60}(?:pleine|satur)|quota.{0,20}d[eé]pass|espace.{0,20}insuffisant",
            r"postfach.{0,40}(?:voll|überfüllt)|speicherplatz|kontingent.{0,30}(?:überschritten|erschöpft)",
            r"casella.{0,40}piena|spazio.{0,20}(?:esaurito|insufficiente)|caixa.{0,40}(?:cheia|lotada)|cota.{0,20}exced",
            r"postvak.{0,30}vol\b|skrzynk.{0,40}(?:pełna|przepełn)|schránk.{0,30}pln|kutusu.{0,20}dolu|brevlåda.{0,30}full|postkasse.{0,30}fuld",
            r"переполнен|превышен.{0,20}(?:квот|объ[её]м|размер)|нет места",
            r"満杯|容量.{0,12}(?:超|オーバ|不足|制限)|いっぱい|空間不足|空间不足|已满|已滿|容量已|邮箱已满|가득|용량.{0,8}초과",
        ),
        beats_code=True,
    ),
    Rule(
        "sender address",
        POLICY,
        (
            r"sender(?:'?s)? (?:e-?mail |ip |host |mail )?(?:address|domain|host|id|name)?\W*(?:<@>\W*|\S+ )?(?:is |was |has been |could |cannot |can ?not |does |not )*(?:reject|refus|den[iy]|invalid|unknown|not |unverif|verif|block|black|must|malformed|unresolv|banned|disallow|unauth)",
            r"(?:invalid|unknown|unauthenticated|unauthori[sz]ed|bad|banned|blocked|unverified|untrusted|illegal|bogus|non-?existent) (?:e-?mail |envelope )?sender",
            r"domain of (?:the )?sender|sender verif|verify(?:ing)? (?:the |your )?sender|return[- ]?path|envelope[- ]?(?:from|sender)",
            r"mail from\W*(?:<@>\W*)?(?:\S+ ){0,3}(?:reject|refus|denied|not (?:allowed|accepted|permitted|exist)|must|invalid|banned)",
            r"(?:from|sending) (?:address|domain|this sender|your (?:domain|address|host))\W.{0,40}(?:reject|invalid|refus|denied|not (?:allowed|accepted|exist)|does not|block)",
            r"(?:you (?:are|do) not|not) (?:have permission|allowed|authori[sz]ed|permitted|authenticated|able) to (?:send|post|submit|use|relay|deliver)",
            r"no permission to (?:send|post)|doesn'?t have permission|permission to (?:send|post)|not (?:a )?(?:member|subscrib)|only accepts? (?:mail|messages|e-?mails?) from|members only|restricted (?:to|address|recipient)",
            r"does not accept (?:mail|messages|e-?mails?) from|not accepting (?:mail|messages|e-?mails?) from|refus\w+ (?:to accept )?(?:mail|messages|e-?mails?) from|(?:mail|messages?) from (?:this|your|the) \S+ (?:is|are|was|were|has|have)? ?(?:reject|refus|block|not|denied)",
            r"absender\w*\b.{0,40}(?:abgelehnt|ungültig|unbekannt|gesperrt|nicht)|exp[eé]diteur.{0,60}(?:rejet|inconnu|refus|invalide|interdit)|remitente.{0,40}(?:rechazad|inv[aá]lid|desconocid)|mittente.{0,40}(?:rifiutat|non)|remetente.{0,40}(?:rejeitad|inv[aá]lid)",
            r"отправител.{0,40}(?:отклон|запрещ|не )|sender.{0,30}null mx|投稿する権限|権限がない|沒有在此群組|没有权限|no tiene[sn]? permiso|keine berechtigung|nicht berechtigt|pas autoris[eé]|non autorizz|sem permiss[aã]o",
        ),
        beats_code=True,
    ),
    Rule(
        "blocklist",
        POLICY,
        (
            r"\b(?:block|black|deny|ban)[- ]?list|blacklist|blocklist|\brbl\b|dnsbl|\bdnswl\b|\bsurbl\b|\buribl\b|spamhaus|spamcop|sorbs|barracudacentral|proofpoint dynamic|cloudmark|senderscore|listed (?:in|on|at|by) |abuseat|dynablock",
            r"(?:client|host|sender|ip|server|connection|address|mail|message|access|domain|network|e-?mail)\W{1,3}(?:\S+ ){0,4}(?:is |was |has been |been |are |have been )?(?:blocked|banned|prohibited|blacklisted|black-listed)",
            r"blocked (?:using|by|for|because|due|ip|-|from)|banned (?:ip|host|sender|content|by)|\bbanned\b",
            r"reputation|poor score|bad sender|untrusted|not (?:on|in) (?:our |the )?(?:white|allow)[- ]?list",
            r"(?<!rejected: )(?:access|connections?|relay\w*|client|request|mail|message|host|transaction) (?:was |were |is |are |has been |from \S+ )?(?:denied|refused by|not (?:accepted|allowed|permitted|authori[sz]ed)|forbidden|rejected (?:by|due|for|because|as))(?! dynamically)",
            r"use (?:the |your )?(?:smtp|mail|outgoing) (?:server|relay|gateway|host) of your|please use your (?:isp|provider)|direct(?:ly)? (?:to|from) mx|dynamic (?:ip|address|pool|host)|dial-?up|residential|generic (?:ptr|rdns|reverse)",
        ),
        beats_code=True,
    ),
    Rule(
        "reverse DNS",
        POLICY,
        (
            r"reverse (?:dns|look-?up|hostname|ip|mapping|resolution|path|map)|\br?-?dns\b (?:record of your|of your|mismatch|entry for your)|\brdns\b|\bptr\b|no reverse|(?:cannot|can'?t|unable to|could not|must) (?:resolve|find) your (?:host|ip|address|domain|hostname)|your (?:host|server|ip)\S* .{0,40}(?:does not|doesn'?t|must) (?:resolve|have)|forward[- ]confirmed",
            r"(?:helo|ehlo)\b(?! to)(?: command)? ?(?:<@>|\S+)? ?(?:reject|invalid|must|not|name|hostname|string|need|fully)|(?:invalid|bad|fake|forged|bogus) (?:helo|ehlo)|fully[- ]qualified (?:hostname|domain)",
        ),
        beats_code=True,
    ),
    Rule(
        "authentication",
        POLICY,
        (
            r"\bspf\b|\bdkim\b|\bdmarc\b|\barc\b.{0,20}fail|sender policy framework|domain ?keys|authentication[- ](?:information|check|result|fail|requir|needed|is required)|not authenticat|un-?authenticat|must (?:be )?authenticat|requires? authentication|smtp auth|auth\w* required|authenticate first|not pass authentication|starttls|\btls\b|encrypt|must issue|certificate",
        ),
        beats_code=True,
    ),
    Rule(
        "spam",
        POLICY,
        (
            r"\bspam|\bspam\b|spammy|spamming|unsolicited|junk|\bbulk\b|\bucs?e\b|\bube\b|phish|spoof|forg(?:ed|ery)|suspicious|looks? like (?:an? )?(?:spam|bulk|advert)|antispam|anti-spam|\bpolluted\b",
            r"werbung|correo no deseado|courrier ind[eé]sirable|pourriel|спам|迷惑メール|垃圾|스팸",
            r"virus|malware|malicious|infected|trojan|worm\b|ransom|вирус|ウイルス|病毒",
        ),
        beats_code=True,
    ),
    Rule(
        "message too large",
        POLICY,
        (
            r"(?:message|mail|header|headers|attachment|content|data|e-?mail|size|body)\w* (?:\S+ ){0,4}(?:too (?:big|large|long)|exceed\w* (?:\S+ ){0,5}(?:size|limit|maximum|length|fixed)|size (?:limit|exceed))",
            r"(?:size|length) (?:of (?:the |this |your )?(?:message|mail) )?(?:exceed\w*|limit)|maximum (?:allowed )?(?:message|size|file|mail) (?:size|limit)|max(?:imum)? (?:message|header|mail) size|too (?:big|large) (?:message|for)|message (?:size|length) (?:exceed|limit|too)|recipsizelimit|sizelimit|larger than|nachricht.{0,20}zu groß|demasiado grande|trop (?:gros|volumineux)|слишком (?:больш|велик)",
        ),
    ),
    Rule(
        "content",
        POLICY,
        (
            r"content (?:of (?:the |this |your )?(?:message|mail) )?(?:was |is |has been )?(?:reject|restrict|polic|filter|block|not|denied|violat)|message content|prohibited (?:content|attachment|file|word)|attachment (?:type|extension|reject|block|not|name)|banned attachment|illegal attachment|header (?:error|check|content|is missing|missing)|(?:missing|invalid|duplicate|multiple|malformed|bad|required) (?:\S+ )?headers?\b|multiple addresses in from|bare (?:lf|cr|newline)|rfc ?-?\d{0,5} ?(?:compli|conform|violation)|not (?:rfc|compliant)|8[- ]?bit|non-?ascii|mime (?:error|type)|message (?:was |is |has been )?(?:filtered|rejected|refused|blocked|denied|discarded)|mail (?:content )?(?:filter|reject)|rejected by (?:\S+ ){0,3}(?:filter|content|system|rule|admin)|filtered|line too long|(?:contains|containing) (?:\S+ ){0,3}(?:url|link|word|html|attachment)|mensaje rechazado|message rejet|mail rejet|nachricht (?:wurde )?(?:abgelehnt|zurückgewiesen)|messaggio (?:\S+ )?rifiutato|mensagem rejeitada",
            r"polic(?:y|ies)|administrative(?:ly)? (?:prohibition|denied|prohibited|reject)|security (?:polic|reason|violat|risk|threat|rule)|prohibited|compliance|violat|not (?:permitted|authori[sz]ed)|forbidden|ofr_\d",
        ),
    ),
    Rule(
        "relay",
        POLICY,
        (
            r"relay(?:ing)? (?:access |is |not |to |mail |from )*(?:denied|prohibit|not|reject|refused|disallow|block|attempt|operation)|(?:not|no|n'?t|unable to|denied|prohibited|cannot|without) (?:\S+ ){0,3}relay|we do not relay|relaying|open relay|rcpthosts|is not a registered gateway|gateway user|local(?:ly)? (?:domain )?(?:not|hosted)",
        ),
    ),
    Rule(
        "try later",
        SOFT,
        (
            r"time[d]?[- ]?out|timeout|envelope expired|not deliver(?:ed)? for the last|fail\w* (?:after )?\d+ (?:attempts|times|tries)|(?:message|mail|retry|queue|delivery|retries)\S* (?:time )?(?:has |have |was |had |period |lifetime )*(?:been )?expired|queue\.expired|retry (?:timeout|time) (?:exceeded|not reached)|too (?:old|long in (?:the )?queue)|(?:could|can) ?not be delivered (?:for|within|after|in) (?:the )?(?:last |past )?\d+|in the queue (?:for )?too long|unable to deliver in \d+|for more than \d+ (?:hour|day|minute)|delivery time|been in the queue|giving up after|undelivered after",
            r"connection (?:was |is |has been )?(?:refused|reset|lost|dropped|closed|died|fail|abort|broken|terminated|timed)|connect(?:ion)? (?:error|failed|failure)|(?:cannot|can'?t|could ?n[o']t|unable to|failed to|not able to|wasn'?t able to) (?:connect|establish|contact|reach|open (?:a )?connection|communicate)|network (?:is )?(?:unreachable|error|problem)|no route to host|host (?:is )?(?:unreachable|down)|unreachable|broken pipe|lost (?:the )?connection|not responding|did not respond|no response|no answer|refused to talk|did not accept our requests?|requests? to connect|service (?:is )?(?:currently|temporarily) (?:un|not )available|all hosts .{0,40}(?:failing|failed)|unable to (?:route|relay) .{0,20}temporar",
            r"\bloops?\b|looping|too many hops|hop count|mail for \S+ loops back|back to (?:my|it)self|local configuration|config(?:uration)? error|misconfigur|best[- ]preference mx|more than one|circular",
            r"temporar|transient|try(?:ing)? (?:it |again |your message |this )*(?:again )?later|later again|again later|grey-?list|gr[ae]ylist|deferred|delayed|resources? (?:temporarily|unavailable|exhaust|insufficient)|insufficient (?:system )?resources|server (?:is )?(?:too )?(?:busy|overload|unavailable|down)|system (?:is )?(?:busy|overload|load)|(?:internal|server|system|unexpected|software|processing|fatal) (?:\S+ )?error|out of memory|lookup (?:failed|failure|error|temporar)(?!.{0,100}(?:not found|not exist|nxdomain|no such))|host not found, try again|malformed or unexpected name server|name server .{0,30}(?:fail|timeout|error)|dns (?:server |lookup |query )?(?:fail\w*|error|timeout|problem)(?!.{0,100}(?:not found|not exist|nxdomain|no such))|servfail|i/o error|cannot (?:open|create|write|append|update)|can'?t (?:open|create|write)|unable to (?:open|create|write)|failed to (?:open|read|write|create)|permission (?:denied|error)|insufficient permission|exit status|pipe to|command (?:died|failed)|mailer error|unknown mailer|mail system (?:error|problem)|too many open|malformed address|clients already|mail ?server (?:is )?(?:down|not)|maintenance|recipient error",
            r"vorübergehend|später (?:erneut|noch)|temporal(?:mente)?|m[aá]s tarde|temporaire|plus tard|temporane|più tardi|mais tarde|временно|позже|позднее|しばらく|一時的|後ほど|稍后|稍後|暂时|나중에|일시",
            r"account (?:is |has been |was )?(?:temporarily )?(?:locked|frozen)|(?:is |has been |was )(?:temporarily )?(?:suspended|locked|frozen)|suspended|suspension|suspendu|suspendida|gesperrt",
        ),
    ),
    Rule(
        "accepts no mail",
        HARD,
        (
            r"null mx|nullmx|no smtp service|does not accept (?:any )?(?:e-?mail|mail|messages)\b(?! from)|doesn'?t (?:accept|receive) (?:e-?mail|mail)\b(?! from)|do(?:es)? not (?:accept|receive) mail\b(?! from)|domain (?:does )?not accept|not accepting (?:network |any )?(?:messages|mail)\b(?! from)|accepts? no (?:e-?mail|mail)\b",
            r"no (?:valid )?mx(?: record)?s? (?:found|for|exist|record)|(?:has|have|with) no (?:valid )?(?:mx|mail exchanger|mail server)|all relevant mx records? point to non-?existent|mx records? point to non-?existent",
        ),
        beats_code=True,
    ),
    Rule(
        "moved",
        HARD,
        (
            r"(?:user|mailbox|recipient|account|address|person|e-?mail)\b.{0,30} has (?:moved|changed)|no longer (?:on|at|with|works|work|in|a |use[ds]?|valid|active|avail|exist|here|accept|monitor|employ|receiv|supported|uses)|has left (?:the )?(?:company|organi|us)|moved to|not (?:on this|at this) (?:server|host) any ?more|n'est plus|ya no|non è più|nicht mehr|не обслуживается|больше не",
        ),
    ),
    Rule(
        "disabled",
        HARD,
        (
            r"(?:account|mailbox|mail ?box|user|recipient|address|inbox|e-?mail|login|profile)\W{1,3}(?:\S+ ){0,8}?(?:is |was |has been |are |been |currently |now |\(s\) )*(?:disabled|deactivated|de-activated|discontinued|inactive|not active|inactivated|closed|deleted|removed|terminated|cancel?led|expired|revoked|retired|unused|abandoned|decommissioned|not enabled|unavailable for delivery)",
            r"(?:disabled|inactive|deactivated|closed|deleted|expired|discontinued|terminated|cancel?led|unused|dormant|abandoned) (?:user|account|mailbox|recipient|address|e-?mail|inbox)",
            r"mailbox (?:is )?(?:disabled|inactive)|user disabled|account_?disabled|disabledfor|mail receiving disabled|deshabilitad|desactivad|d[eé]sactiv|deaktiviert|disattivat|desativad|заблокирован|отключен|удал[её]н|неактив|停用|禁用|注销|冻结|封鎖|已关闭|휴면|정지|解約|停止|無効",
        ),
    ),
    Rule(
        "unknown host",
        HARD,
        (
            r"(?:unknown|no such|non-?existent|invalid|unresolvable|bad|nonexistent) (?:mail |destination |recipient |e-?mail |internet |target )?(?:host|domain|hostname|site|system)(?: name)?\b",
            r"(?:host|domain|hostname|site|mail ?server|server|destination)s?\b(?: ?name| part| address| for| of| in| \S*[.:@=]\S*| <@>| \([^()]{0,60}\)){0,5}\W{1,3}(?:is |was |could |can |does |do |did |has |were )*(?:unknown|not (?:be )?(?:found|exist|resolve[d]?|known|registered|valid)|doesn'?t exist|does not exist|nonexistent|non-?existent|not be (?:found|resolved)|couldn'?t be found|invalid)\b",
            r"nxdomain|unrouteable|unroutable|un-?routable|not (?:a )?routable|bad destination (?:host|system|mailbox address)|no (?:route|way) to (?:domain|destination)|name or service not known|couldn'?t find any host|cannot resolve|could not resolve|unable to resolve|(?:cannot|can'?t|could not|couldn'?t|unable to) find (?:any |a |the )?(?:host|domain|mail server|server|mx|a and mx|mail exchanger|valid)|no (?:a|dns|a or mx|address|ip) (?:record|entry|information)|address not found in dns|dns (?:does not|doesn'?t|resolution)|illegal host/domain|domain isn'?t (?:in|found)|domain name not found|not a valid (?:host|domain)|unknown mail host|dominio (?:\S+ ){0,2}(?:no existe|inexistente|desconocid)|domain unbekannt|domaine (?:inconnu|inexistant|introuvable)|домен.{0,20}не (?:существует|найден)|域名.{0,8}不存在|ホスト.{0,10}見つかりません|ドメイン.{0,10}存在しません",
        ),
    ),
    Rule(
        "unknown user",
        HARD,
        (
            r"(?:user|recipient|mail ?box|account|address|addressee|alias|destination|local part|name|person|subscriber|customer|login|inbox|mail ?address|member|employee|e-?mail|usuario|email)s?\b\W{0,3}(?:\([\w ]+\) )?(?:name |address |account |mailbox |id )?(?:\S+ ){0,4}?(?:is |was |are |were |has |have |been |could |can |does |did |do |seems to be |appears to be |you (?:tried to reach|entered|sent to|specified) )*(?:an? )?(?:unknown|invalid|not (?:be )?(?:found|exist|known|recogni[sz]ed|valid|listed|local|registered|here|present|a valid|in|on|our|correct|a known|available|deliverable|match|our customer|handled|hosted|provisioned|an? active)|doesn'?t exist|does not exist|did not exist|don'?t exist|non-?existent|nonexistent|unavailable|couldn'?t be found|could not be found|wasn'?t found|cannot be found|can'?t be found|not in (?:the )?directory|unrecogni[sz]ed|missing|incorrect|misspelled|wrong|rejected: access denied|no existe)",
            r"(?:unknown|no such|not a|invalid|bad|non-?existent|nonexistent|unrecogni[sz]ed|incorrect|wrong|illegal|undeliverable|unavailable|missing|no valid|no|not our|not a valid|unmatched) (?:local |final |delivery |virtual |e-?mail |mail |destination |recipient'?s? |such |email |user |domain |valid |final |internet |known |mailbox |smtp |rcpt |login |matching )*(?:user|recipient|mail ?box|mailbox|account|address|addressee|alias|local part|name|person|customer|subscriber|member|inbox|username|user ?id|mailname|destination)s?\b",
            r"(?:user|account|recipient|mailbox|alias|name|person|mail ?drop)\W.{0,40}\bunknown\b|unknown:? (?:user|recipient|address|account)|userunknown|user_unknown|nosuchuser|no_such_user|mailbox_unavailable|recip(?:ient)?notfound|adr\.recip|baddestination|recipient_?unknown",
            r"(?:doesn'?t|does not|do not|don'?t) (?:have|has|match|own) (?:an?|any|a \S+|an \S+|such) (?:\S+ )?(?:account|mailbox|user|recipient|e-?mail|address)|there is no (?:one|such|user|account|mailbox|person|recipient|\S+ (?:user|account|mailbox))|nobody (?:here )?(?:by|with) (?:that|this) name|no (?:one|body) (?:here )?by that name|no mailbox (?:here|by|with|for|found)|no user (?:by|with|here|named)|not (?:listed|found) in (?:\S+ ){0,4}(?:directory|book|table|domain|list|database|maps|system|aliases)|no matches? (?:to nameserver|found|for)|address(?:ee)? (?:not|couldn'?t|could not|wasn'?t|was not) (?:be )?found|address you (?:entered|specified|typed)|does not like recipient|didn'?t like recipient|recipient (?:address )?(?:was |is |has been )?(?:rejected|refused|not (?:accepted|allowed|ok))\W*$|address rejected\W*$|(?:mailbox|recipient|address) (?:not|un)available|this address (?:does not|no longer|is not)|can'?t create output|not deliverable to|not our (?:customer|user)|invalid (?:recipient|mailbox|address|user|rcpt)|bad address|not known at this (?:site|address|host|server)|there was no .{0,20}mailbox|check (?:the (?:recipient|e-?mail) address|(?:if|whether|that) (?:the )?(?:e-?mail )?address)|could not be found|couldn'?t be found|was not found|wasn'?t found|not found by smtp|email address is invalid|mailbox name not allowed|does not have an? \S+ account|is not an active (?:address|user|account)",
            r"usuario.{0,40}(?:desconocid|no existe|inv[aá]lid|no encontrad|inexistente)|direcci[oó]n.{0,60}(?:no existe|no encontr|inv[aá]lid|incorrect|rechazad|desconocid|inexistente|no se (?:ha )?(?:encontr|pudo encontrar))|destinatario.{0,60}(?:desconocid|no existe|inv[aá]lid|inexistente|sconosciut|non (?:valid|esist|trovat)|no se encontr|n[aã]o|rechazad)|cuenta.{0,40}(?:no existe|inexistente)|buz[oó]n.{0,40}(?:no existe|no disponible|desconocid|inexistente)",
            r"(?:utilisateur|destinataire|adresse|bo[iî]te|compte)\w*\b.{0,60}(?:inconnu|invalide|inexistant|introuvable|n'existe|non trouv|n'a pas [eé]t[eé] trouv|erron)|(?:empfänger|benutzer|adresse|postfach|mailbox|teilnehmer|konto)\w*\b.{0,60}(?:unbekannt|existiert nicht|nicht (?:gefunden|bekannt|vorhanden|verfügbar|vergeben|existent|angelegt)|ungültig|gibt es nicht|konnte nicht gefunden)|unbekannte[rns]? (?:benutzer|empfänger|adresse)",
            r"(?:utente|casella|indirizzo)\w*\b.{0,50}(?:sconosciut|non (?:esist|trovat|valid)|inesistente|errat)|(?:usu[aá]rio|endere[cç]o|caixa|conta|destinat[aá]rio)\w*\b.{0,50}(?:desconhecid|n[aã]o (?:existe|encontrad|foi encontrad)|inv[aá]lid|inexistente)|(?:gebruiker|geadresseerde|ontvanger|adres)\w*\b.{0,40}(?:onbekend|bestaat niet|niet gevonden|ongeldig)|(?:użytkownik|adres|skrzynk|odbiorc|konto)\w*\b.{0,40}(?:nieznan|nie istnieje|nie został|niepoprawn)|(?:uživatel|adresa|příjemce|schránk)\w*\b.{0,40}(?:neexistuje|neznám|nenalezen)|kullanıcı.{0,30}(?:bulunamad|yok|bilinmeyen|geçersiz)|(?:användare|mottagare|adressen|bruger|modtager)\w*\b.{0,40}(?:okänd|finns inte|hittades inte|ukendt|findes ikke)",
            r"(?:пользовател|получател|адрес|ящик|абонент|аккаунт|учетная запись)\w*.{0,50}(?:не (?:существует|найден|зарегистрирован|обнаружен|известен)|неизвест|неверн|отсутствует|недействител)|несуществующ|неизвестный (?:получатель|пользователь)|нет такого",
            r"(?:ユーザ|宛先|アドレス|受信者|メールボックス|あて先|送信先).{0,30}(?:存在しま|存在しな|見つかりま|見つけられ|不明|ありません|見つからな|誤り|間違)|存在しない|(?:用户|用戶|收件人|邮箱|地址|帐号|帐户|账号|使用者|收信人|信箱|帳號).{0,20}(?:不存在|未知|无效|無效|错误|錯誤|不可用|未找到|找不到)|(?:无|無)此(?:用户|用戶|帐号|使用者)|(?:사용자|수신자|주소|계정|메일함|받는 ?사람).{0,30}(?:없|존재하지|찾을 수|알 수)",
        ),
    ),
    Rule(
        "loose refusal", POLICY, (r"reject|refus|denied|blocked|not allowed|not accepted|abgelehnt|rechazad|rejet[eé]|拒|отклон",)
    ),
)

COMPILED: tuple[tuple[Rule, re.Pattern[str]], ...] = tuple((rule, re.compile("|".join(rule.phrases))) for rule in RULES)

ADDRESS_IN_TEXT = re.compile(r"<?[^\s<>()\[\]:;,\"'@]{1,64}@[^\s<>()\[\]:;,\"'@]{1,255}>?")
URL_IN_TEXT = re.compile(r"\b(?:https?|ftp)://(?:www\.)?([A-Za-z0-9.-]{1,200})[^\s<>\"]{0,500}", re.I)
MAX_TEXT = 4_000


def folded(text: str) -> str:
    """Return `text` as the rules read it: one line, case folded, addresses as "<@>", web addresses as their host."""
    short = URL_IN_TEXT.sub(r"\1", text[:MAX_TEXT])
    short = ADDRESS_IN_TEXT.sub("<@>", short)
    return re.sub(r"\s+", " ", short).casefold().replace("’", "'")


def rule_for(text: str) -> Rule | None:
    """Return the first rule that fits `text` (as received), or None."""
    words = folded(text)
    return next((rule for rule, pattern in COMPILED if pattern.search(words)), None)
