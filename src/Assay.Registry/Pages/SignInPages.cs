using Assay.Html;
using static Assay.Html.Forms;
using static Assay.Html.Markup;

namespace Assay.Registry.Pages;

/// <summary>The pages on the way in: first administrator, key, desk.</summary>
internal static class SignInPages
{
    public static Page Start(Office office, string path) => PageAnswer.Framed(office, "First administrator", [H1("First administrator")],
    [
        Section(
            H2("Begin"),
            P("This link works once. It gives a key to the first administrator, who then gives keys to other people."),
            Form(path, Field("Your name", "name", required: true, maxLength: People.MaxName, autocomplete: "name"), P(Button("Make my key")))),
    ]);

    public static Page FirstKey(Office office, Person person, string key) => PageAnswer.Framed(office, "Your key", [H1("Your key")], [Key(person, key), Section(H2("Next"), P(Here("/sign-in", "Sign in with it")))]);

    public static Page NewKey(Office office, HttpContext context, Person person, string key) => PageAnswer.Framed(office, "A new key", [H1("A new key")], [Key(person, key), Section(H2("Next"), P(Here("/desk", "Back to the desk")))]);

    private static Element Key(Person person, string key) => Section(
        H2("Write it down now"),
        P("For ", Data(person.Name), " (", string.Join(", ", person.Roles.Names()), "). It is shown once; the registry keeps only its digest."),
        Pre(Code(key)));

    public static Page SignIn(Office office, string next, bool wrong = false) => PageAnswer.Framed(office, "Sign in", [H1("Sign in")],
    [
        Section(
            H2("Your key"),
            wrong ? P("Nobody holds this key.").Class("banner") : null,
            Form("/sign-in", Hidden("next", next), Field("Key", "key", "password", required: true, maxLength: 100, autocomplete: "current-password"), P(Button("Sign in"))),
            P("A session ends after eight hours and sets one cookie; the public pages need neither.").Class("soft")),
    ]);

    /// <summary>Where a person who signed in begins.</summary>
    public static Page Desk(Office office, HttpContext context)
    {
        var person = context.Person()!;
        return PageAnswer.Framed(office, "Desk", [H1("Desk")],
        [
            Section(
                H2(Data(person.Name)),
                P("Signed in as ", string.Join(", ", person.Roles.Names()), "."),
                Ul(
                    Li(Here("/", "Labels")),
                    person.Has(Role.Csirt | Role.Authority) ? Li(Here("/cases", "Cases")) : null),
                Form("/sign-out", context.Mark(), P(Button("Sign out")))),
            person.Has(Role.Administrator) ? Section(
                H2("People"),
                Table("Who holds a key", ["Name", "Roles", "Id"], office.People.All.Select(p => new Node[] { Data(p.Name), string.Join(", ", p.Roles.Names()), Code(p.Id) })),
                H3("Give a key"),
                Form("/people", context.Mark(), Field("Name", "name", required: true, maxLength: People.MaxName),
                    Boxes("Roles", "roles", [("administrator", "administrator: gives keys, says whom the registry trusts"), ("assessor", "assessor: hands in statements and decisions"),
                        ("authority", "authority: changes the status of labels"), ("csirt", "csirt: imports advisories, works on cases")]),
                    P(Button("Give a key")))) : null,
        ]);
    }
}
