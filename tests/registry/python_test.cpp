#include "tests/registry/registry.hpp"

namespace pgdrill::migrations {
namespace {

using testing::HasSubstr;

Installed python() {
  return install(
      "python",
      "python3 -m venv env && env/bin/pip -q install alembic yoyo-migrations psycopg2-binary sqlalchemy "
      "'setuptools<81'");
}
/// Larger, and so apart from the others.
Installed django() {
  return install("django",
                 "python3 -m venv env && env/bin/pip -q install 'django>=5,<6' psycopg2-binary wagtail");
}

TEST(Registry, Alembic) {
  auto const tool = python();
  SKIP_WITHOUT(tool);
  Stage const stage;
  auto const alembic = tool.folder / "env/bin/alembic";
  stage.run(alembic.string() +
            " init versioned && sed -i \"s#^sqlalchemy.url.*#sqlalchemy.url = "
            "postgresql+psycopg2://$DBUSER@$HOST:$PORT/$NAME#\" alembic.ini && for i in 1 2 3; do " +
            alembic.string() + " revision -m r$i; done && " + alembic.string() + " upgrade +2");
  Audit const audit = stage.audited();
  AuditedHistory const& history = the_history(audit, "alembic");
  EXPECT_EQ(history.found.history.runs.size(), 2U);
  EXPECT_EQ(audit.pending(), 1U);
  EXPECT_EQ(audit.count(Severity::problem), 0U) << audit_text(audit);
}

TEST(Registry, Yoyo) {
  auto const tool = python();
  SKIP_WITHOUT(tool);
  Stage const stage;
  stage.write("0001.a.sql", "CREATE TABLE a (id int)");
  stage.run((tool.folder / "env/bin/yoyo").string() +
            " apply --batch -d \"postgresql://$DBUSER@$HOST:$PORT/$NAME\" .");
  stage.write("0002.b.sql", "CREATE TABLE b (id int)");
  Audit const audit = stage.audited();
  EXPECT_EQ(the_history(audit, "yoyo").found.history.last(RunState::applied)->version, "0001.a");
  EXPECT_EQ(audit.pending(), 1U);
  EXPECT_EQ(audit.count(Severity::problem), 0U) << audit_text(audit);
}

// The migrations that Django and Wagtail publish, run by Django.
TEST(Registry, DjangoAndWagtail) {
  auto const tool = django();
  SKIP_WITHOUT(tool);
  Stage const stage;
  stage.write(
      "settings.py",
      "import os\nSECRET_KEY = 'x'\nSTATIC_URL = '/s/'\nUSE_TZ = True\nROOT_URLCONF = "
      "'settings'\nurlpatterns = []\n"
      "DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'\nWAGTAILADMIN_BASE_URL = 'http://localhost'\n"
      "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': os.environ['NAME'], "
      "'HOST': os.environ['HOST'], "
      "'PORT': os.environ['PORT'], 'USER': os.environ['DBUSER']}}\n"
      "INSTALLED_APPS = ['wagtail.contrib.forms', 'wagtail.contrib.redirects', 'wagtail.embeds', "
      "'wagtail.sites', 'wagtail.users', "
      "'wagtail.snippets', 'wagtail.documents', 'wagtail.images', 'wagtail.search', 'wagtail.admin', "
      "'wagtail', 'modelcluster', 'taggit', "
      "'django.contrib.auth', 'django.contrib.contenttypes', 'django.contrib.sessions', "
      "'django.contrib.messages']\n");
  stage.run("DJANGO_SETTINGS_MODULE=settings PYTHONPATH=. " +
            (tool.folder / "env/bin/django-admin").string() + " migrate --skip-checks -v 0");
  auto const packages_folder = stage.run(
      (tool.folder / "env/bin/python").string() +
      " -c 'import django, os; print(os.path.dirname(os.path.dirname(django.__file__)), end=\"\")'");
  AuditOptions const options{.folders = {{"", packages_folder + "/wagtail"},
                                         {"", packages_folder + "/django/contrib/auth"},
                                         {"", packages_folder + "/django/contrib/contenttypes"},
                                         {"", packages_folder + "/django/contrib/sessions"},
                                         {"", packages_folder + "/taggit"}}};
  auto const audit = run_to_end(migrations::audit(stage.database, options));
  ASSERT_TRUE(audit);
  AuditedHistory const& history = the_history(*audit, "django");
  EXPECT_GT(history.files, 150U);
  EXPECT_EQ(audit->count(Severity::problem), 0U) << audit_text(*audit);
  // Apps of Wagtail that the settings leave out, and its template of a project.
  for (MigrationFile const& file : history.pending)
    EXPECT_THAT(file.path, testing::ContainsRegex("/(test|contrib|project_template)/"));
}

}  // namespace
}  // namespace pgdrill::migrations
