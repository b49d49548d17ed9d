/** What somebody writes who wants a model that reads it to obey; English and Polish. The names are what is reported. */
const PATTERNS: Readonly<Record<string, RegExp>> = {
  IGNORE_PREVIOUS:
    /\b(?:ignore|disregard|forget|override)\b[^.!?\n]{0,40}\b(?:previous|prior|above|earlier|preceding|system|all)\b[^.!?\n]{0,30}\b(?:instructions?|prompts?|rules|messages|context|directives?)\b|(?:zignoruj|pomi[nń]|zapomnij)[^.!?\n]{0,40}(?:poprzedni|wcze[sś]niejsz|powy[zż]sz|wszystki)[^.!?\n]{0,30}(?:instrukcj|polece|zasad|regu[lł]|wiadomo)/i,
  NEW_ROLE:
    /\b(?:you are now|from now on,? you (?:are|will|must)|pretend (?:to be|you are)|act as (?:if you|an? (?:unrestricted|jailbroken)))\b|(?:jeste[sś] teraz|od teraz (?:jeste[sś]|b[eę]dziesz|masz)|udawaj,? [zż]e)/i,
  SYSTEM_PROMPT:
    /\b(?:reveal|print|show|repeat|leak|output)\b[^.!?\n]{0,40}\b(?:system prompt|hidden instructions|initial instructions|your instructions)\b|(?:ujawnij|poka[zż]|wypisz|powt[oó]rz)[^.!?\n]{0,40}(?:prompt systemowy|instrukcje systemowe|swoje instrukcje)/i,
  HIDE_FROM_USER:
    /\b(?:do not|don't|never) (?:tell|inform|mention (?:this )?to|show) the (?:user|human|operator)\b|nie (?:m[oó]w|informuj|wspominaj)[^.!?\n]{0,20}u[zż]ytkownik/i,
  CHAT_MARKUP:
    /<\|(?:im_start|im_end|system|endoftext|eot_id|start_header_id)\|>|\[\/?INST\]|<<\/?SYS>>|<\/?system>|^#{2,4} ?(?:system|instruction)s?:/im,
  EXFILTRATE:
    /\b(?:send|post|forward|upload|exfiltrate|email)\b[^.!?\n]{0,60}\b(?:api keys?|passwords?|secrets?|credentials|conversation|memories)\b[^.!?\n]{0,40}\bto (?:https?:|[\w.+-]{1,64}@)/i,
};

/**
 * Why a text might be meant as an instruction to the model that will read it, as names in order; empty for most. A rule of
 * thumb that warns, and proves neither way: what is stored is data, and is shown to models as data, whatever this says.
 */
export const suspectInstructions = (content: string): string[] =>
  Object.entries(PATTERNS).flatMap(([name, pattern]) => (pattern.test(content) ? [name] : []));
