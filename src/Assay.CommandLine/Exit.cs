namespace Assay.CommandLine;

/// <summary>Exit statuses, the first that applies in this order: 2, 4, 3, 1, 0 (command.md).</summary>
public static class Exit
{
    public const int Done = 0;
    /// <summary>Done, and the answer is "no".</summary>
    public const int No = 1;
    public const int Usage = 2;
    /// <summary>Input unreadable, damaged or not recognised at all; what could be read was still reported.</summary>
    public const int Unreadable = 3;
    /// <summary>An outside part is missing; the message names the command that installs it.</summary>
    public const int Missing = 4;
}

/// <summary>The command was used wrongly; the message says what was expected and what was found.</summary>
public sealed class UsageException(string message) : Exception(message);

/// <summary>An outside part is missing; the message ends with the command that would install it.</summary>
public sealed class MissingPartException(string message) : Exception(message);
