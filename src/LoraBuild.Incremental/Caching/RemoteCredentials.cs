using System.Net.Http.Headers;
using System.Text;

namespace LoraBuild.Incremental.Caching;

/// <summary>Credentials of this machine for a remote cache: from environment variables alone, and never part of a message.</summary>
public sealed class RemoteCredentials
{
    /// <summary>The variable of a token, which is sent as <c>Authorization: Bearer</c>.</summary>
    public const string TokenVariable = "LORABUILD_REMOTE_CACHE_TOKEN";

    /// <summary>The variable of a user's name, sent with the password as <c>Authorization: Basic</c>.</summary>
    public const string UserVariable = "LORABUILD_REMOTE_CACHE_USER";

    /// <summary>The variable of the user's password.</summary>
    public const string PasswordVariable = "LORABUILD_REMOTE_CACHE_PASSWORD";

    private RemoteCredentials(AuthenticationHeaderValue? header) => Header = header;

    internal AuthenticationHeaderValue? Header { get; }

    /// <summary>Reads the variables; they name nobody where they are not set.</summary>
    /// <param name="variable">Gives a variable's value, or null.</param>
    public static RemoteCredentials From(Func<string, string?> variable)
    {
        if (variable(TokenVariable) is { Length: > 0 } token)
            return new RemoteCredentials(new AuthenticationHeaderValue("Bearer", token.Trim()));
        return variable(UserVariable) is { Length: > 0 } user
            ? new RemoteCredentials(new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{variable(PasswordVariable)}"))))
            : new RemoteCredentials(null);
    }

    /// <summary>Says nothing of them.</summary>
    public override string ToString() => Header is null ? "no credentials" : "credentials";
}
