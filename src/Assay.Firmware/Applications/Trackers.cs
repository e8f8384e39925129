namespace Assay.Firmware.Applications;

/// <summary>Parties that gather usage data, faults or advertising figures for many apps: by their hosts, and by the packages of their libraries. Facts of their own developer pages.</summary>
public static class Trackers
{
    private static readonly (string Name, string[] Hosts, string[] Packages)[] Known =
    [
        ("Adjust", ["adjust.com", "adjust.io"], ["com/adjust/sdk"]),
        ("Adobe Analytics", ["omtrdc.net", "2o7.net", "demdex.net"], ["com/adobe/marketing/mobile"]),
        ("Amplitude", ["amplitude.com"], ["com/amplitude/"]),
        ("AppLovin", ["applovin.com", "applvn.com"], ["com/applovin/"]),
        ("AppsFlyer", ["appsflyer.com", "appsflyersdk.com"], ["com/appsflyer/"]),
        ("Branch", ["branch.io", "bnc.lt", "app.link"], ["io/branch/"]),
        ("Braze", ["braze.com", "appboy.com", "braze.eu"], ["com/braze/", "com/appboy/"]),
        ("Bugly", ["bugly.qq.com"], ["com/tencent/bugly"]),
        ("Bugsnag", ["bugsnag.com"], ["com/bugsnag/"]),
        ("comScore", ["scorecardresearch.com"], ["com/comscore/"]),
        ("Countly", ["count.ly"], ["ly/count/android"]),
        ("Crashlytics", ["crashlytics.com"], ["com/crashlytics/", "com/google/firebase/crashlytics"]),
        ("Datadog", ["datadoghq.com", "datadoghq.eu"], ["com/datadog/android"]),
        ("Facebook", ["graph.facebook.com", "connect.facebook.net"], ["com/facebook/appevents", "com/facebook/ads"]),
        ("Flurry", ["flurry.com"], ["com/flurry/"]),
        ("Google Ads", ["doubleclick.net", "googlesyndication.com", "googleadservices.com"], ["com/google/android/gms/ads/", "com/google/ads/"]),
        ("Google Analytics", ["google-analytics.com", "googletagmanager.com", "analytics.google.com"], ["com/google/android/gms/analytics", "com/google/android/gms/tagmanager"]),
        ("Firebase Analytics", ["app-measurement.com"], ["com/google/firebase/analytics", "com/google/android/gms/measurement"]),
        ("Heap", ["heapanalytics.com"], ["com/heapanalytics/"]),
        ("Hotjar", ["hotjar.com", "hotjar.io"], []),
        ("HyperTrack", [], ["com/hypertrack/"]),
        ("Instabug", ["instabug.com"], ["com/instabug/"]),
        ("JPush", ["jpush.cn", "jpush.io"], ["cn/jpush/"]),
        ("Kochava", ["kochava.com"], ["com/kochava/"]),
        ("Leanplum", ["leanplum.com"], ["com/leanplum/"]),
        ("Matomo", ["matomo.cloud"], ["org/matomo/sdk", "org/piwik/sdk"]),
        ("Microsoft App Center", ["appcenter.ms"], ["com/microsoft/appcenter/analytics", "com/microsoft/appcenter/crashes"]),
        ("Microsoft Clarity", ["clarity.ms"], ["com/microsoft/clarity"]),
        ("Mixpanel", ["mixpanel.com"], ["com/mixpanel/"]),
        ("New Relic", ["newrelic.com", "nr-data.net"], ["com/newrelic/agent"]),
        ("OneSignal", ["onesignal.com"], ["com/onesignal/"]),
        ("PostHog", ["posthog.com"], ["com/posthog/"]),
        ("Segment", ["segment.com", "segment.io"], ["com/segment/analytics"]),
        ("Sentry", ["sentry.io"], ["io/sentry/"]),
        ("Singular", ["singular.net"], ["com/singular/sdk"]),
        ("Umeng", ["umeng.com", "umengcloud.com"], ["com/umeng/"]),
        ("Unity Ads", ["unityads.unity3d.com"], ["com/unity3d/ads"]),
        ("Yandex AppMetrica", ["appmetrica.yandex.ru", "appmetrica.yandex.net", "mc.yandex.ru"], ["com/yandex/metrica", "io/appmetrica/"]),
    ];

    /// <summary>Whose host it is; null where nobody in this list owns it.</summary>
    public static string? OfHost(string host)
    {
        foreach (var (name, hosts, _) in Known)
        {
            if (hosts.Any(h => host.Equals(h, StringComparison.OrdinalIgnoreCase) || (host.Length > h.Length && host[^(h.Length + 1)] == '.' && host.EndsWith(h, StringComparison.OrdinalIgnoreCase)))) return name;
        }
        return null;
    }

    /// <summary>Whose library a class belongs to.</summary>
    /// <param name="type">As code names it: <c>Lcom/adjust/sdk/Adjust;</c>.</param>
    public static string? OfType(string type)
    {
        var bare = type.StartsWith('L') ? type[1..] : type;
        foreach (var (name, _, packages) in Known)
        {
            if (packages.Any(p => bare.StartsWith(p, StringComparison.Ordinal))) return name;
        }
        return null;
    }

    /// <summary>Words by which papers may name the party: its name, and its hosts.</summary>
    public static IReadOnlyList<string> WordsFor(string name)
    {
        var known = Known.FirstOrDefault(k => k.Name == name);
        var words = new List<string> { name };
        if (known.Name is null) return words;
        words.AddRange(known.Hosts);
        if (name.Contains(' ')) words.Add(name.Split(' ')[0]);
        if (name is "Crashlytics" or "Firebase Analytics") words.AddRange(["Firebase", "Google"]);
        if (name == "Facebook") words.Add("Meta");
        return words;
    }
}
