import { passesMod97 } from './checksums.ts';
import type { Finding } from './finding.ts';

const LOCAL = /[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]/u;
const DOMAIN = /[\p{L}\p{N}.-]/u;
const MOST_LOCAL = 64;
const MOST_DOMAIN = 253;

/** Mail addresses, outwards from each @ (RFC 5321 4.5.3.1: at most 64 and 255 signs), so that no text takes long. */
export function findMails(text: string): Finding[] {
  const found: Finding[] = [];
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    let start = at;
    while (start > 0 && at - start < MOST_LOCAL && LOCAL.test(text[start - 1] ?? '')) start--;
    let end = at + 1;
    while (end < text.length && end - at <= MOST_DOMAIN && DOMAIN.test(text[end] ?? '')) end++;
    while (end > at && /[.-]/.test(text[end - 1] ?? '')) end--;
    while (start < at && /[.'`]/.test(text[start] ?? '')) start++;
    const domain = text.slice(at + 1, end);
    if (start < at && /^[\p{L}\p{N}](?:[\p{L}\p{N}.-]*)\.\p{L}{2,}$/u.test(domain) && !domain.includes('..'))
      found.push({ kind: 'EMAIL', start, end });
  }
  return found;
}

const IPV4 = /(?<![\p{L}\p{N}_.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\p{L}\p{N}_]|\.\d)/gu;
/** Private, loopback, link-local, unspecified, broadcast and documentation addresses name nobody (RFC 6890). */
const NOBODY =
  /^(?:0\.|10\.|127\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|192\.168\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|255\.)/;
const VERSION_WORD = /(?:\bv|ver(?:sion|sja)?|wersj[aię]|release|build|rozdzia[łl]|section|§)\.? ?$/i;
const IPV6 = /(?<![\p{L}\p{N}:.])(?=[0-9A-Fa-f]*:[0-9A-Fa-f]*:)[0-9A-Fa-f:]{3,39}(?![\p{L}\p{N}:])/gu;

const isIpv6 = (text: string): boolean => URL.canParse(`http://[${text}]/`) && !/^(?:::1?$|f[cde])/i.test(text);

/** Public IP addresses; four numbers behind the word "version" are none. */
export function findIps(text: string): Finding[] {
  const four = Array.from(text.matchAll(IPV4)).filter(
    ({ 0: ip, index }) =>
      ip.split('.').every((octet) => Number(octet) <= 255) &&
      !NOBODY.test(ip) &&
      !VERSION_WORD.test(text.slice(Math.max(0, index - 10), index)),
  );
  const six = Array.from(text.matchAll(IPV6)).filter(({ 0: ip }) => isIpv6(ip));
  return [...four, ...six].map(({ 0: ip, index }) => ({ kind: 'IP', start: index, end: index + ip.length }));
}

/** Lengths by country (SWIFT IBAN registry). */
const IBAN_LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  'AD24 AE23 AT20 BE16 BG22 CH21 CY28 CZ24 DE22 DK18 EE20 ES24 FI18 FR27 GB22 GR27 HR21 HU28 IE22 IL23 IS26 IT27 LI21 LT20 LU20 LV21 MC27 MT31 NL18 NO15 PL28 PT25 RO24 SA24 SE24 SI19 SK24 SM27 TR26 UA29'
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);
const IBAN_START = /(?<![\p{L}\p{N}])[A-Za-z]{2}\d{2}/gu;

/** Bank accounts with their country, in groups or not, by length and checksum. */
export function findIbans(text: string): Finding[] {
  const found: Finding[] = [];
  for (const { 0: head, index } of text.matchAll(IBAN_START)) {
    const length = IBAN_LENGTHS[head.slice(0, 2).toUpperCase()];
    if (!length) continue;
    let iban = '';
    let end = index;
    for (; end < text.length && iban.length < length; end++) {
      const sign = text[end] ?? '';
      if (/[A-Za-z0-9]/.test(sign)) iban += sign.toUpperCase();
      else if (!/[ \u00a0-]/.test(sign) || /[ \u00a0-]/.test(text[end - 1] ?? '')) break;
    }
    const isWhole = iban.length === length && !/[\p{L}\p{N}]/u.test(text[end] ?? '');
    if (isWhole && passesMod97(iban)) found.push({ kind: 'IBAN', start: index, end });
  }
  return found;
}
