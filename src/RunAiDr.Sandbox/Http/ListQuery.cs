using System.Globalization;
using Microsoft.AspNetCore.Http;
using RunAiDr.Sandbox.Apply;

namespace RunAiDr.Sandbox.Http;

/// <summary>The options of a list or watch, checked as the server checks them.</summary>
internal sealed record ListQuery
{
    public int Limit { get; private init; }

    public string Continue { get; private init; } = "";

    public string ResourceVersion { get; private init; } = "";

    public string Match { get; private init; } = "";

    public LabelSelector Labels { get; private init; } = LabelSelector.Everything;

    public string Fields { get; init; } = "";

    public bool Watch { get; private init; }

    public bool AllowBookmarks { get; private init; }

    public bool? SendInitialEvents { get; private init; }

    public TimeSpan? Timeout { get; private init; }

    /// <summary>True for <c>resourceVersion=0</c>: anything will do.</summary>
    public bool AnyVersion => ResourceVersion == "0";

    public static ListQuery Read(IQueryCollection query, bool watchPath)
    {
        var options = new ListQuery
        {
            Limit = (int)Math.Clamp(Number(query, "limit") ?? 0, 0, int.MaxValue),
            Continue = (string?)query["continue"] ?? "",
            ResourceVersion = (string?)query["resourceVersion"] ?? "",
            Match = (string?)query["resourceVersionMatch"] ?? "",
            Labels = LabelSelector.Parse((string?)query["labelSelector"] ?? ""),
            Fields = (string?)query["fieldSelector"] ?? "",
            Watch = watchPath || Flag(query, "watch") == true,
            AllowBookmarks = Flag(query, "allowWatchBookmarks") == true,
            SendInitialEvents = Flag(query, "sendInitialEvents"),
            Timeout = Number(query, "timeoutSeconds") is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds) : null,
        };
        var causes = options.Check().ToList();
        return causes.Count == 0 ? options : throw Statuses.InvalidOptions("ListOptions", causes);
    }

    private static long? Number(IQueryCollection query, string name)
    {
        var text = (string?)query[name];
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Statuses.BadRequest($"strconv.ParseInt: parsing \"{text}\": invalid syntax");
    }

    private static bool? Flag(IQueryCollection query, string name) =>
        query.TryGetValue(name, out var text) ? !(((string?)text)?.ToLowerInvariant() is "false" or "0") : null;

    private static Cause Forbidden(string why, string field = "resourceVersionMatch") =>
        new("FieldValueForbidden", $"Forbidden: {why}", field);

    private IEnumerable<Cause> Check() => Watch ? CheckWatch() : CheckList();

    private IEnumerable<Cause> CheckList()
    {
        if (Match.Length > 0)
        {
            if (Continue.Length > 0)
            {
                yield return Forbidden("resourceVersionMatch is forbidden when continue is provided");
            }
            else if (ResourceVersion.Length == 0)
            {
                yield return Forbidden("resourceVersionMatch is forbidden unless resourceVersion is provided");
            }

            if (Match is not ("Exact" or "NotOlderThan"))
            {
                yield return new Cause("FieldValueNotSupported",
                    $"Unsupported value: \"{Match}\": supported values: \"Exact\", \"NotOlderThan\", \"\"", "resourceVersionMatch");
            }

            if (Match == "Exact" && AnyVersion)
            {
                yield return Forbidden("resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
            }
        }

        if (SendInitialEvents is not null)
        {
            yield return Forbidden("sendInitialEvents is forbidden for list", "sendInitialEvents");
        }
    }

    private IEnumerable<Cause> CheckWatch()
    {
        if (Continue.Length > 0)
        {
            yield return Forbidden("resourceVersionMatch is forbidden when continue is provided");
        }

        if (SendInitialEvents is not null && Match != "NotOlderThan")
        {
            yield return Forbidden("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
            if (Match.Length > 0)
            {
                yield return new Cause("FieldValueNotSupported",
                    $"Unsupported value: \"{Match}\": supported values: \"NotOlderThan\"", "resourceVersionMatch");
            }
        }
        else if (SendInitialEvents is null && Match.Length > 0)
        {
            yield return Forbidden("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        }
    }
}
