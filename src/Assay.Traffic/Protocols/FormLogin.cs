namespace Assay.Traffic.Protocols;

/// <summary>A log-in in the fields of a form or query.</summary>
/// <param name="User">Null where no field names one.</param>
/// <param name="Field">The name of the field that holds the password.</param>
internal sealed record FormLogin(string? User, string Password, string Field)
{
    private static readonly string[] PasswordFields = ["password", "passwd", "pass", "pwd", "psw", "psd", "userpass", "loginpass", "passphrase", "pin",
        "admin_password", "user_password", "new_password", "http_passwd", "wpapsk", "wpa_psk", "psk"];
    private static readonly string[] UserFields = ["username", "user", "login", "usr", "account", "name", "email", "loginusername", "user_name", "userid",
        "uid"];

    public static bool IsPassword(string field) => PasswordFields.Contains(field);
    public static bool IsUser(string field) => UserFields.Contains(field);

    /// <summary>The log-in in <c>name=value&amp;…</c>; null where there is none.</summary>
    public static FormLogin? Of(string fields)
    {
        string? user = null, password = null, field = null;
        foreach (var pair in fields.Split('&').Take(200))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) continue;
            var name = pair[..equals].Trim().ToLowerInvariant();
            var last = name[(name.LastIndexOfAny(['.', '[', ':', '$']) + 1)..].TrimEnd(']');
            var value = HttpEvidence.Unescape(pair[(equals + 1)..]);
            if (value.Length > 0 && password is null && IsPassword(last)) (password, field) = (value, name);
            else if (user is null && IsUser(last)) user = value;
        }
        return password is null ? null : new FormLogin(user, password, field!);
    }
}
