namespace RunAiDr.Core.Scopes;

internal enum ScopeVerdict
{
    Taken,

    /// <summary>A Secret that whoever made it makes again.</summary>
    Generated,

    /// <summary>What a rule asks for holds, and so does what it leaves out; or the rule omits it.</summary>
    Excluded,

    /// <summary>The scope names the kind, and none of its rules is about this resource.</summary>
    NoRule,

    UnknownKind,
}

/// <summary>What a scope says of a resource. <paramref name="Rule"/> is the one that takes or excludes it.</summary>
internal readonly record struct ScopeDecision(ScopeVerdict Verdict, ScopeRule? Rule)
{
    /// <summary>The rule that takes the resource, null when none does.</summary>
    public ScopeRule? Taking => Verdict == ScopeVerdict.Taken ? Rule : null;
}
