using System.Reflection;
using System.Text.Json;
using Assay.Assessment.Examining;

namespace Assay.Assessment.Tests.Examining;

/// <summary>Every member of the facts is kept: a member that somebody adds and forgets here fails.</summary>
public class FactsFormatTests
{
    [Fact]
    public void Facts_with_every_member_filled_come_back_whole()
    {
        var facts = (FileFacts)Filled(typeof(FileFacts), new Counter());
        var again = FactsFormat.Read(FactsFormat.Bytes(facts));
        Assert.Equal(Json(facts), Json(again));
        // The filler does fill: no member is left at its default.
        Assert.DoesNotContain("null", Json(facts), StringComparison.Ordinal);
        Assert.DoesNotContain("[]", Json(facts), StringComparison.Ordinal);
    }

    [Fact]
    public void Cut_short_anywhere_they_are_nothing()
    {
        var whole = FactsFormat.Bytes((FileFacts)Filled(typeof(FileFacts), new Counter()));
        for (var length = 0; length < whole.Length; length++) Assert.Null(FactsFormat.Read(whole[..length]));
        Assert.Null(FactsFormat.Read([.. whole, 0]));
    }

    private static string Json(FileFacts? facts) => JsonSerializer.Serialize(facts);

    private sealed class Counter
    {
        public int Next { get => ++field; }
    }

    private static object Filled(Type type, Counter counter)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string)) return $"text {counter.Next}";
        if (type == typeof(bool)) return true;
        if (type == typeof(int)) return counter.Next;
        if (type == typeof(long)) return (long)counter.Next;
        if (type == typeof(ushort)) return (ushort)counter.Next;
        if (type == typeof(double)) return counter.Next / 1024.0;
        if (type == typeof(DateTimeOffset)) return DateTimeOffset.UnixEpoch.AddMilliseconds(counter.Next);
        if (type.IsEnum) return Enum.GetValues(type).GetValue(Enum.GetValues(type).Length - 1)!;
        if (type.IsGenericType && type.GetGenericArguments() is [var item] && type.IsAssignableFrom(item.MakeArrayType()))
        {
            var list = Array.CreateInstance(item, 2);
            for (var i = 0; i < 2; i++) list.SetValue(Filled(item, counter), i);
            return list;
        }
        if (type == typeof(IReadOnlyDictionary<string, long>)) return new SortedDictionary<string, long>(StringComparer.Ordinal) { ["a"] = counter.Next, ["b"] = counter.Next };
        var make = type.GetConstructors().Where(c => !(c.GetParameters() is [var p] && p.ParameterType == type)).MaxBy(c => c.GetParameters().Length)!;
        var made = make.Invoke([.. make.GetParameters().Select(p => Filled(p.ParameterType, counter))]);
        foreach (var property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(p => p.CanWrite && make.GetParameters().All(m => m.Name != p.Name)))
        {
            property.SetValue(made, Filled(property.PropertyType, counter));
        }
        return made;
    }
}
