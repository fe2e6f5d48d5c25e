import { createHash } from 'node:crypto';

/** The style of the status page: light and dark, wide and narrow, with the fonts of the reader. */
export const STYLE = `
:root{color-scheme:light dark;--text:#1a1d21;--soft:#595f69;--line:#d9dde3;--back:#fff;--card:#f6f7f9;--link:#0b57b0;
--bad:#a3121c;--bad-back:#fdecec;--warn:#7a4b00;--warn-back:#fdf3dd;--good:#146c37;--good-back:#e7f5ec}
@media (prefers-color-scheme:dark){:root{--text:#e7e9ec;--soft:#a4abb6;--line:#353b45;--back:#14171b;--card:#1c2026;--link:#8ab8ff;
--bad:#ff9a9a;--bad-back:#3a1a1d;--warn:#f2c46d;--warn-back:#352a12;--good:#86d9a5;--good-back:#142d1f}}
*{box-sizing:border-box}
body{font:16px/1.5 system-ui,sans-serif;margin:0;color:var(--text);background:var(--back)}
main{max-width:68rem;margin:0 auto;padding:1.25rem 1rem 3rem}
h1{font-size:1rem;font-weight:600;margin:0 0 .75rem;color:var(--soft)}h2{font-size:1.05rem;margin:2rem 0 .5rem}
p{margin:.4rem 0}a{color:var(--link)}small{color:var(--soft);font-size:.85rem}
code{font:.9em ui-monospace,monospace;overflow-wrap:anywhere;unicode-bidi:isolate}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.75rem 0}nav code{white-space:nowrap}
.headline{font-size:1.35rem;line-height:1.35;font-weight:600;margin:0;padding:.9rem 1.1rem;border-radius:.6rem;overflow-wrap:anywhere}
.headline.good{color:var(--good);background:var(--good-back)}.headline.warning{color:var(--warn);background:var(--warn-back)}
.headline.critical{color:var(--bad);background:var(--bad-back)}
.note{padding:.6rem .9rem;border-radius:.4rem;background:var(--card)}
.note.critical{background:var(--bad-back)}.note.warning{background:var(--warn-back)}
ul{list-style:none;margin:.5rem 0;padding:0}
.verdicts li{padding:.45rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
.verdicts small{display:block;padding-left:5.8rem}summary{margin:.5rem 0;cursor:pointer}.verdicts b{display:inline-block;min-width:5.5rem}.critical>b{color:var(--bad)}.warning>b{color:var(--warn)}.look>b{color:var(--soft)}
.sessions li{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:.1rem 1.5rem;padding:.6rem .75rem;border-left:.25rem solid var(--line);
margin:.4rem 0;background:var(--card);border-radius:0 .4rem .4rem 0}
.sessions li.critical{border-color:var(--bad)}.sessions li.warning{border-color:var(--warn)}
.sessions p{grid-column:1/-1;margin:0}.sessions small{display:block}
meter{width:100%;height:.8rem;display:block}
table{border-collapse:collapse;width:100%}caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{text-align:left;vertical-align:top;padding:.4rem .9rem .4rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
td:not(:first-child):not(:last-child){white-space:nowrap}td code{white-space:normal}
th{font-weight:600;color:var(--soft);white-space:nowrap}td:first-child{min-width:8rem}.problem{display:block}
@media (max-width:40rem){.verdicts small{padding:0}.sessions li{grid-template-columns:minmax(0,1fr)}
table,tbody,tr,td{display:block}thead{display:none}tr{border-bottom:1px solid var(--line);padding:.5rem 0}
td:not(:first-child):not(:last-child){white-space:normal}td,td:first-child{min-width:0}td{border:0;padding:.1rem 0}td:empty{display:none}td::before{content:attr(data-of) ": ";color:var(--soft)}}
`;

/** What a Content-Security-Policy says of it: this style and no other. */
export const STYLE_HASH = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;
