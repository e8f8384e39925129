using Assay.Software.Matching;

namespace Assay.Tests.Software.Matching;

public class PackageNameTests
{
    [Theory]
    [InlineData("pkg:deb/debian/busybox@1.35", "pkg:deb/Debian/BusyBox@2?arch=armhf", true)]
    [InlineData("pkg:pypi/django_rest@1", "pkg:pypi/Django-Rest", true)]
    [InlineData("pkg:maven/org.apache/io", "pkg:maven/org.Apache/IO", true)]
    [InlineData("pkg:npm/%40angular/core", "pkg:npm/@angular/core", true)]
    [InlineData("pkg:npm/core", "pkg:npm/%40angular/core", false)]
    [InlineData("pkg:npm/busybox", "pkg:generic/busybox", false)]
    public void Two_package_URLs_name_one_package_whatever_their_versions(string a, string b, bool same) =>
        Assert.Equal(same, PackageName.Read(a)!.IsSamePackage(PackageName.Read(b)!));

    [Theory]
    [InlineData("")]
    [InlineData("busybox")]
    [InlineData("pkg:")]
    [InlineData("pkg:deb")]
    [InlineData("pkg:deb/")]
    [InlineData("http://example.com/pkg:deb/debian/x")]
    public void What_is_no_package_URL_names_nobody(string text) => Assert.Null(PackageName.Read(text));
}
