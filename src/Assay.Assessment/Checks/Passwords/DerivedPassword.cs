using System.Text.RegularExpressions;
using Assay.Assessment.Declarations;

namespace Assay.Assessment.Checks;

/// <summary>A preset password that is computed from something that everybody near the device can read: its hardware address, serial number, network name.</summary>
public sealed class DerivedPassword() : RowCheck("derived-password", 2, Polarity.Refute, 1,
    "preset passwords that are derived from a hardware address, serial number, network name or model", "the step of production that makes the password, and the passwords of two delivered units with their labels", "5.1-2-1c")
{
    protected override IEnumerable<Answer> OfRow(Examined examined, IxitTable table, IxitRow row)
    {
        if (PresetPassword.GenerationOf(row) is not { } says) yield break;
        var from = Wording.Clauses(says).FirstOrDefault(c => !Wording.IsAverted(c) && Visible.IsMatch(c) && (Derives.IsMatch(c) || Is.IsMatch(c) || Alone.IsMatch(c)) && !Keyed.IsMatch(c));
        yield return from is not null
            ? Refutes(Units[0], $"{Name(row)} makes the password out of what anybody near can read: \"{Wording.Begin(from)}\"", row.At("Password Generation Mechanism"))
            : Visible.IsMatch(says) && Wording.Refuses(says, Visible) is null
                ? Open(Units[0], $"{Name(row)} names a visible identifier in the making of the password; whether the password can be computed from it is for a person")
                : Open(Units[0], $"{Name(row)} names no visible identifier, which is no proof that none is used");
    }

    private static Regex Visible => field ??= new(@"\b(mac([- ]?(address|id))?|hardware address|ethernet address|bluetooth address|ble address|serial( ?(number|no\.?))?|s/?n|bssid|e?ssid|network name|wi-?fi name|imei|host ?name|model (name|number|designation)|product (name|number|code)|(device|product)'?s? name|(what|number|code|data|digits|text|figures|information) ((which |that )?(stands|is printed|printed|shown|is|found) )?(on|under|below|beneath|behind|of|in) the (type plate|rating plate|name ?plate|label|sticker|bar ?code|qr code|housing|case|box|carton))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Derives => field ??= new(@"\b(deriv\w+|comput\w+|calculat\w+|based (up)?on|generated? (from|out of|using|with)|taken from|made (from|out of|of)|hash\w*|md5|sha-?1|sha-?256|crc\w*|function of|depends? (up)?on|formed (from|by)|built from|constructed from|concatenat\w+|combination of|consists? of|composed of|comprises?|contains?|includes?|last \w+ (\w+ )?(of|from)|first \w+ (\w+ )?(of|from)|suffix|truncat\w+|encod\w+|mapp(ed|ing)|seed\w*|followed by|revers\w+|backwards?|scrambl\w+|shuffl\w+|permut\w+|shorten\w*|cut (off|to|down)|uses?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // The generator's words begin with the identifier itself: it is what the password is made of.
    private static Regex Alone => field ??= new(@"^\W*(the |its |each |every |a )?((unit|device|product)'?s? )?(((wi-?fi|wlan|lan|ethernet|bluetooth|ble|radio|hardware) )?(mac([- ]?address)?|hardware address|bssid|e?ssid|imei|serial( ?(number|no\.?))?)|network name|host ?name|model (name|number|designation)) ?(of the (unit|device|product|router|radio))?\b(?!\s*(is|are|was|has|plays?|and random|stays?|remains?))", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static Regex Is => field ??= new(@"\b((pass\w*|pin|code|it) (is|are) (simply |just |always )?|equals? |same as |identical (to|with) |corresponds? to )(the |its |their |a )?((last|first) [\w-]+ ((digits?|characters?|bytes?|octets?|letters?|figures?) )?(of|from) )?(the |its |their )?(\w+'?s? )?(mac|hardware address|serial|s/?n|bssid|ssid|imei|model)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    // With a secret of the factory in it, the visible part alone gives nothing: a person looks at the key's keeping.
    private static Regex Keyed => field ??= new(@"\b(hmac|cmac|secret (key|salt|seed)|(factory|master|production|device|hsm) (key|secret)|keyed|kdf with|hkdf|aes key|private key|encrypted (with|under)|random (salt|seed|nonce|component|part|value|number))\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
